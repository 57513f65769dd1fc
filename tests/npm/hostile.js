// 200 codes that are not what they seem. None may make a client ask anybody but its nodes, or show markup.

/** Hosts that are not what they look like, other schemes, and letters that turn the line around. */
const STARTS = [
  "https://id.gs1.org@evil.example/01/",
  "https://еvil.example/01/",
  "javascript:alert(1)//",
  "data:text/html,<script>",
  "//evil.example/01/",
  "http://127.0.0.2/01/",
  "https://evil.example/?u=https://id.gs1.org/01/",
  "\u202ehttps://evil.example/01/",
];

/** A plain code, markup, escapes, another path of the node, and 10,000 digits. */
const RESTS = [
  "09504000000011",
  "09504000000011/21/<img src=x onerror=alert(1)>",
  "09504000000011/21/%2e%2e%2f",
  "../../v1/anchor",
  "9".repeat(10_000),
];

/** Nothing, an address among the identifiers, a proof, a zero, and one more identifier. */
const ENDS = ["", "?8200=https://evil.example", "#mp1=AAAA", "%00", "\u{1d}8200https://evil.example"];

export const HOSTILE = STARTS.flatMap((start) => RESTS.flatMap((rest) => ENDS.map((end) => start + rest + end)));
