// One pack, checked with the package alone: what each consumer runs. The case is one of the shared vectors.

/** The answer about the case, in the words of the catalogue. */
export async function answer({ load, explain, catalogue }, test) {
  const verifier = await load();
  const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const client = verifier.client(bytes(test.anchor), test.have ? bytes(test.have) : null);
  const policy = { purpose: test.policy.purpose, mode: test.policy.mode };
  const verdict = client.verify(test.scan, bytes(test.proof), BigInt(test.now_ms), policy);
  client.free();
  const { overall } = explain(catalogue, verdict, { purpose: policy.purpose, language: "en" });
  return { overall: verdict.overall, reasons: verdict.reasons, title: overall.title };
}
