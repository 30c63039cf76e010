import type { Page } from 'playwright-core'

/** A text or a border that is hard to see. */
export interface Faint {
  readonly what: string
  readonly ratio: number
}

/**
 * What on a page has less contrast than WCAG 2.2 demands (1.4.3 and 1.4.11, level AA): 4.5 to 1 for
 * text, 3 to 1 for large text and for the borders of fields and buttons.
 */
export function findFaint(page: Page): Promise<Faint[]> {
  return page.evaluate(() => {
    type Colour = readonly [red: number, green: number, blue: number, alpha: number]

    function colourOf(text: string): Colour {
      const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number)
      return [red, green, blue, alpha]
    }
    /** The relative luminance, as WCAG defines it. */
    function luminance([red, green, blue]: Colour): number {
      const [r = 0, g = 0, b = 0] = [red, green, blue].map((channel) => {
        const value = channel / 255
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    function ratioOf(a: Colour, b: Colour): number {
      const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
      return (light + 0.05) / (dark + 0.05)
    }
    /** The colour behind an element. Everything on these pages is opaque or transparent. */
    function groundOf(element: Element | null): Colour {
      if (element === null) return [255, 255, 255, 1]
      const own = colourOf(getComputedStyle(element).backgroundColor)
      return own[3] === 0 ? groundOf(element.parentElement) : own
    }

    const found: { what: string; ratio: number }[] = []
    for (const element of document.body.querySelectorAll('*')) {
      if (!(element instanceof HTMLElement) || !element.checkVisibility()) continue
      const style = getComputedStyle(element)
      const isField = element.matches('input:not([type=radio], [type=checkbox]), select, textarea')
      const hasText = Array.from(element.childNodes).some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
      )
      const name = `${element.tagName} ${element.id} ${element.textContent?.trim().slice(0, 40)}`
      if (hasText || isField) {
        const size = Number.parseFloat(style.fontSize)
        const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
        const ratio = ratioOf(colourOf(style.color), groundOf(element))
        if (ratio < (isLarge ? 3 : 4.5)) found.push({ what: `text of ${name}`, ratio })
      }
      if (isField || element.matches('button')) {
        const border = colourOf(style.borderTopColor)
        const ratio = ratioOf(border, groundOf(element.parentElement))
        if (ratio < 3) found.push({ what: `border of ${name}`, ratio })
      }
      if (element.matches('input[placeholder]')) {
        const { color, opacity } = getComputedStyle(element, '::placeholder')
        const ratio = ratioOf(colourOf(color), groundOf(element)) * Number(opacity)
        if (ratio < 4.5) found.push({ what: `placeholder of ${name}`, ratio })
      }
    }
    return found
  })
}
