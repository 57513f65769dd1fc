// The labels of the pages. What is said about a medicine stands in the message catalogue of the verifier.

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
  title: "Check a medicine pack",
  intro: "Enter or scan the code on the pack. This device works the answer out itself: it does not have to believe the server.",
  whose: "Was this medicine given to you, or are you about to buy it?",
  holder: "It was given to me",
  buyer: "I am about to buy it",
  code: "Code on the pack",
  codeHint: "What the square code (DataMatrix) or QR code says, or (01), the product code, (21) and the serial number. For example (01)09504000000011(21)ABC123",
  photo: "Or choose a photo of the code",
  photoNone: "No code was found in this photo. Hold the camera closer, with more light, and keep it still.",
  check: "Check this pack",
  codeMissing: "Enter the code on the pack",
  skip: "Skip to the answer",
  language: "中文",
  limits: "A copied code passes every check. Look at the pack as well, and ask your pharmacist if anything looks wrong.",
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
  title: "核对一盒药",
  intro: "请输入或扫描药盒上的码。结果由本设备自己算出，不必相信服务器。",
  whose: "这盒药是已经发给您的，还是您正准备购买？",
  holder: "已经发给我",
  buyer: "我正准备购买",
  code: "药盒上的码",
  codeHint: "方形码（DataMatrix）或二维码的内容；或者输入 (01) 加产品编码、(21) 加序列号。例如 (01)09504000000011(21)ABC123",
  photo: "或者选择一张码的照片",
  photoNone: "照片中没有找到码。请靠近一些、光线亮一些，并保持不动。",
  check: "核对这盒药",
  codeMissing: "请输入药盒上的码",
  skip: "跳到结果",
  language: "English",
  limits: "被复制的码也能通过全部核对。请同时查看药盒；如有任何异样，请咨询药师。",
};

/** The language of the catalogue for a BCP 47 tag. */
export function catalogueOf(tag: string): "en" | "zh-Hans" {
  return /^zh\b/i.test(tag) ? "zh-Hans" : "en";
}

export function words(tag: string): Words {
  return catalogueOf(tag) === "zh-Hans" ? chinese : english;
}
