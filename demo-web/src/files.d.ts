/** Made by the build: `pinned_files.ts`. */
declare module "medproof:files" {
  const files: Record<"wasm" | "en" | "zh-Hans", { url: string; integrity: string }>;
  export default files;
}

/** Made by the build: `pinned_files.ts`. */
declare module "medproof:full" {
  const files: Record<"wasm", { url: string; integrity: string }>;
  export default files;
}
