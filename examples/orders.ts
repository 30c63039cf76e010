/**
 * The orders of the example APIs, which all share this file. It knows no framework and no token.
 */
export interface Order {
  readonly id: string
  readonly owner: string
  readonly item: string
}

const orders: readonly Order[] = [
  { id: '1', owner: 'alice', item: 'a lantern' },
  { id: '2', owner: 'bob', item: 'a bridge' },
]

export function listOrders(): readonly Order[] {
  return orders
}

export function owns(subject: string, id: string): boolean {
  return orders.some((order) => order.id === id && order.owner === subject)
}
