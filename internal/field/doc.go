// Package field holds the rules of the members that several resources share:
// names, metadata, external ids. Each function takes what a caller sent and
// gives what is stored, or a problem whose sentence says what to mend.
//
// Text is stored as it was sent, trimmed; it is made safe where it is shown.
// What is refused here is what no screen, log or mail header can show:
// control characters and bytes that are not UTF-8.
package field
