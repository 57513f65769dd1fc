/**
 * The network flow of `docs/CLIENT.md`: ask nodes, believe none of them, store what is trusted, then answer.
 */

export { Checker, type Options } from "./checker.js";
export type { Answer, Attempt, Lookup, LookupPolicy, ManyAnswer, OpenedAnswer, SellerAnswer } from "./answer.js";
export { IndexedStorage, VolatileStorage, type Storage } from "./storage.js";
