// Package puzzle slows down whoever has failed too often, without a third
// party: a browser has to compute for about a second before its next try
// counts. It owns solved_puzzles.
//
// A puzzle is a text that the server signed. Its answer is a decimal number n
// such that SHA-256(text + "." + n) begins with as many zero bits as the
// puzzle asks. Without script nobody can compute it; then a minute's wait is
// the answer instead. Each puzzle counts once.
package puzzle
