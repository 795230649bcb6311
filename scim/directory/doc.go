// Package directory owns what identity providers push: directories and their
// tokens, the people and groups in them, who is in which group, and what was
// asked. It stores and finds; what a change means for accounts, memberships and
// sessions is decided in scim/provision.
//
// A person in a directory (User) is not an account (users.User): UserID names
// the account once it is theirs for sure. Their SCIM id is their row's id, so
// the order of the ids is that of their making, which no change moves.
//
// A resource is kept whole as JSON; columns hold what is looked up by, and each
// of them is a function of it (user_columns.go). A filter becomes conditions on
// columns first and on JSON last, within the bounds of find.go. The order of
// locks is in hold.go.
package directory
