// Package provision says what a change in a directory means: whose account a
// person is, their membership and its role, what ends when they leave, and when
// so many leave that somebody has to say yes first. Each function takes the
// transaction in which the change itself is written, and records it.
//
//   - account.go: whose account a person is for sure. Nobody's, where nobody
//     has proven the mailbox; entrance.go is how they come in later, match.go
//     how single sign-on finds them.
//   - safeguard.go: nobody leaves before it has counted who left lately.
//   - depart.go ends what a leaver has, proof.go looks afterwards whether
//     anything lives.
//   - roles.go, mapping.go: the highest role of all groups, computed from what
//     is stored and never from what a request changed.
//   - staged.go: a directory that changes nobody before somebody has looked.
//
// The order of locks is scim/directory's (hold.go). The endpoints, the API and
// the pages call it; what they are told is in errors.go.
package provision
