// What every entry of the package gives besides `load`.
export { VerifyError } from "./error.js";
export type * from "./records.js";
export { Client, Verifier } from "./verifier.js";
