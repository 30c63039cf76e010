/** The orders behind the example APIs: what they have in common, with nothing of a framework or a token in it. */
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
