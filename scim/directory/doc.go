// Package directory owns what identity providers push: directories and their
// tokens, the people and groups in them, who is in which group, and what was
// asked. It stores and finds; what a change means for accounts, memberships and
// sessions is decided in scim/provision.
//
// A person in a directory (User) is not an account (users.User): UserID names
// the account once it is theirs for sure.
package directory
