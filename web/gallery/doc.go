// Package gallery lists every page in every state, with invented people, so
// that pages can be looked at and tested without a server behind them: golden
// HTML, checks of structure that hold for each page, screenshots, and a
// preview for developers (Handler).
//
// The cast is the design's: Fieldnote is the application, Halden Marine its
// customer, Ines the customer's administrator. A package that brings pages
// adds its entries in a file of its own here.
package gallery
