import { createApp } from "vue";
import Shelf from "./Shelf.vue";

createApp(Shelf, await (await fetch("/shop.json")).json()).mount("#app");
