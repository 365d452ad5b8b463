/** What the shop sells. The mouse has no price on purpose: selling it is the failure that StackLens must find. */

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly sku: string;
  readonly price: number | null;
}

export const CATALOGUE: readonly Product[] = [
  { id: "p1", name: "Laptop", sku: "LAP001", price: 999.99 },
  { id: "p2", name: "Mouse", sku: "MOU001", price: null },
  { id: "p3", name: "Keyboard", sku: "KEY001", price: 49.99 },
];

export function findProduct(id: string): Product | undefined {
  return CATALOGUE.find((product) => product.id === id);
}
