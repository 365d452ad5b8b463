/** What the shop answered, in the words and with the look that the till shows. Nothing here touches the page. */

export type Tone = "sold" | "failed" | "trouble";

export interface Answer {
  readonly tone: Tone;
  readonly title: string;
  readonly detail: string;
  /** What came over the wire: "HTTP 400 PRICE_MISSING", or that nothing came. */
  readonly wire: string;
}

export interface Body {
  readonly price?: number;
  readonly error?: string;
  readonly error_code?: string;
}

/** Milliseconds until the till gives up waiting. */
const PATIENCE_MS = 10_000;

/** Orders one product; every failure is an answer too, so this never throws. */
export async function sell(productId: string, send: typeof fetch): Promise<Answer> {
  try {
    const response = await send("/order", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ product_id: productId, user_id: "cashier-1" }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return describe(response.status, (await response.json()) as Body);
  } catch {
    return UNANSWERED;
  }
}

const UNANSWERED: Answer = {
  tone: "trouble",
  title: "No answer",
  detail: "The shop did not answer. Is it running?",
  wire: "no answer",
};

export function describe(status: number, body: Body): Answer {
  const wire = ["HTTP", status, body.error_code].join(" ").trim();
  if (status === 201) return { tone: "sold", title: "Sold", detail: `for ${amount(body.price)}`, wire };
  if (body.error_code === "PRICE_MISSING") {
    return { tone: "failed", title: "Price missing", detail: "The catalogue has no price for it.", wire };
  }
  if (status === 404) {
    return { tone: "failed", title: "Product not found", detail: "The catalogue does not have it.", wire };
  }
  return { tone: "trouble", title: "Not possible", detail: body.error ?? "The shop gave no reason.", wire };
}

function amount(price: number | undefined): string {
  return price === undefined ? "an unknown price" : price.toFixed(2);
}
