// The labels of the card and the widget. What is said about a medicine stands in the message catalogue of the verifier.

const english = {
  checking: "Checking…",
  noAnswer: "No server answered",
  noAnswerDetail: "The pack could not be checked. This says nothing about the medicine.",
  noAnswerNext: "Check your connection and try again. If you cannot wait, ask your pharmacist.",
  noAnchor: "Could not be checked: no trust file",
  noAnchorDetail: "This page was set up without the file that says whom to trust. This says nothing about the medicine.",
  noAnchorNext: "Tell whoever runs this page. Ask your pharmacist about the medicine.",
  noStart: "The check cannot start",
  noStartDetail: "Part of this page is missing or was changed. This says nothing about the medicine.",
  noStartNext: "Reload the page. If it stays so, do not rely on this page, and ask your pharmacist.",
  next: "What to do",
  reasons: "Why",
  checked: "What was checked",
  notProved: "What this does not prove",
  how: "How it was checked",
  lookupBucket: "The server learnt which product was checked, not which pack.",
  lookupExact: "The server learnt which pack was checked.",
  lookupCarried: "A saved answer was used. No server was asked.",
  answeredBy: "Answered by",
  fingerprint: "Fingerprint of the trust file",
  notStored: "This browser could not save what it learnt. It cannot notice an older answer next time.",
  save: "Save the proof",
  yes: "Yes",
  no: "No",
};

export type Words = Record<keyof typeof english, string>;

const chinese: Words = {
  checking: "正在核对……",
  noAnswer: "没有服务器应答",
  noAnswerDetail: "未能核对这盒药。这不说明药品本身有无问题。",
  noAnswerNext: "请检查网络后重试。如果不能等，请咨询药师。",
  noAnchor: "未能核对：缺少信任文件",
  noAnchorDetail: "本页面没有配置说明“信任谁”的文件。这不说明药品本身有无问题。",
  noAnchorNext: "请告知本页面的管理者。药品的问题请咨询药师。",
  noStart: "无法开始核对",
  noStartDetail: "本页面的一部分缺失或被改动。这不说明药品本身有无问题。",
  noStartNext: "请重新打开页面。如果仍然如此，请不要依赖本页面，并咨询药师。",
  next: "该怎么做",
  reasons: "原因",
  checked: "核对了什么",
  notProved: "这不能证明什么",
  how: "如何核对的",
  lookupBucket: "服务器只知道查询的是哪个品种，不知道是哪一盒。",
  lookupExact: "服务器知道查询的是哪一盒。",
  lookupCarried: "使用了保存的结果，没有询问服务器。",
  answeredBy: "应答的服务器",
  fingerprint: "信任文件的指纹",
  notStored: "浏览器未能保存本次所得，下次无法发现过时的结果。",
  save: "保存证明",
  yes: "是",
  no: "否",
};

/** The language of the catalogue for a BCP 47 tag. */
export function catalogueOf(tag: string): "en" | "zh-Hans" {
  return /^zh\b/i.test(tag) ? "zh-Hans" : "en";
}

export function words(tag: string): Words {
  return catalogueOf(tag) === "zh-Hans" ? chinese : english;
}
