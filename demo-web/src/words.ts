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
  noAddress: "Could not be checked: an address on this page is not right",
  noAddressDetail: "Whoever set this page up gave it an address that cannot be used. This says nothing about the medicine.",
  noAddressNext: "Tell whoever runs this page. Ask your pharmacist about the medicine.",
  recordOf: "Each line was checked against the record of {time}. It was {age} old when it was checked.",
  happened: "What happened to this pack",
  happenedAsk: "Show what happened",
  happenedCost: "For this the server must learn which pack you mean.",
  happenedNone: "No server proved what happened to this pack. This says nothing about the medicine.",
  happenedAll: "This is proved to be all that was recorded.",
  happenedPicture: "{count} events from {first} to {last}",
  medicine: "Registered name",
  maker: "Released by",
  seller: "Seller",
  sellerNotProved: "Not proved. Nothing here shows who “{seller}” is. Look the seller up in the official list of pharmacies.",
  seal: "Check on the server’s own page",
  sealWhy: "A shop can draw a green tick without any check. The server’s own page is not this shop’s.",
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
  noAddress: "未能核对：本页面的一个地址有误",
  noAddressDetail: "设置本页面的人给出的一个地址无法使用。这不说明药品本身有无问题。",
  noAddressNext: "请告知本页面的管理者。药品的问题请咨询药师。",
  recordOf: "以下每一项都对照 {time} 的记录核对；核对时该记录已有 {age}。",
  happened: "这盒药经历了什么",
  happenedAsk: "显示经历",
  happenedCost: "为此，服务器必须得知是哪一盒药。",
  happenedNone: "没有服务器能证明这盒药的经历。这不说明药品本身有无问题。",
  happenedAll: "已证明这就是全部记录。",
  happenedPicture: "{first} 至 {last}，共 {count} 件事",
  medicine: "登记的名称",
  maker: "放行者",
  seller: "卖家",
  sellerNotProved: "未经证明。这里没有任何内容能说明“{seller}”是谁。请在官方药店名录中查询卖家。",
  seal: "在服务器自己的页面上核对",
  sealWhy: "商店不经核对也能画一个绿色的勾。服务器自己的页面不属于这家商店。",
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

/** A label with its placeholders filled. */
export function filled(label: string, values: Record<string, string>): string {
  return label.replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);
}

export function words(tag: string): Words {
  return catalogueOf(tag) === "zh-Hans" ? chinese : english;
}
