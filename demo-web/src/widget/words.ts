import { english as englishCard } from "../card_words/en.js";
import { chinese as chineseCard } from "../card_words/zh-hans.js";
import { catalogueOf } from "../words.js";

const english = {
  ...englishCard,
  noAnchor: "Could not be checked: no trust file",
  noAnchorDetail: "This page was set up without the file that says whom to trust. This says nothing about the medicine.",
  noAnchorNext: "Tell whoever runs this page. Ask your pharmacist about the medicine.",
  noAddress: "Could not be checked: this page is not set up rightly",
  noAddressDetail: "Whoever set this page up gave it an address or a purpose that cannot be used. This says nothing about the medicine.",
  noAddressNext: "Tell whoever runs this page. Ask your pharmacist about the medicine.",
  recordOf: "Each line was checked against the record of {time}. It was {age} old when it was checked.",
  seller: "Seller",
  sellerProved: "Proved: {name} ({role}), admitted to the register, states {domain} as its own domain. As of {time}.",
  sellerNotProved: "Not proved. {reason}. {advice}",
  sellerUnknown: "No server named a member with this domain",
  sellerNoAnswer: "No server gave an answer about the seller",
  sellerList: "Look the seller up in the official list of pharmacies.",
  sellerElsewhere: "This page is {here}, not {seller}.",
  seal: "Check on the server’s own page",
  sealWhy: "A shop can draw a green tick without any check. The server’s own page is not this shop’s.",
};

export type Words = Record<keyof typeof english, string>;

const chinese: Words = {
  ...chineseCard,
  noAnchor: "未能核对：缺少信任文件",
  noAnchorDetail: "本页面没有配置说明“信任谁”的文件。这不说明药品本身有无问题。",
  noAnchorNext: "请告知本页面的管理者。药品的问题请咨询药师。",
  noAddress: "未能核对：本页面设置有误",
  noAddressDetail: "设置本页面的人给出的地址或用途无法使用。这不说明药品本身有无问题。",
  noAddressNext: "请告知本页面的管理者。药品的问题请咨询药师。",
  recordOf: "以下每一项都对照 {time} 的记录核对；核对时该记录已有 {age}。",
  seller: "卖家",
  sellerProved: "已证明：{name}（{role}）为登记系统准入成员，其登记的域名包括 {domain}。截至{time}。",
  sellerNotProved: "未经证明。{reason}。{advice}",
  sellerUnknown: "没有服务器给出使用此域名的成员",
  sellerNoAnswer: "没有服务器就卖家作出回答",
  sellerList: "请在官方药店名录中查询卖家。",
  sellerElsewhere: "本页面是 {here}，不是 {seller}。",
  seal: "在服务器自己的页面上核对",
  sealWhy: "商店不经核对也能画一个绿色的勾。服务器自己的页面不属于这家商店。",
};

/** The labels of the widget, which is one script: both languages are in it. */
export function words(tag: string): Words {
  return catalogueOf(tag) === "zh-Hans" ? chinese : english;
}
