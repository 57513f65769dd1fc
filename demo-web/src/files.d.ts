/** Made by the build: `pinned_files.ts`. */
declare module "medproof:files" {
  const files: Record<"wasm" | "en" | "zh-Hans", { url: string; integrity: string }>;
  export default files;
}
