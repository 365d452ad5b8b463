import { startTill } from "./till.js";

startTill(document, fetch.bind(window));
