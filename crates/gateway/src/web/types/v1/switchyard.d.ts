export * from "../switchyard.js";
