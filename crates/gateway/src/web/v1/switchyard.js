// @ts-check
/** The library under an address that stays compatible with version 1. */

export * from '../switchyard.js';
