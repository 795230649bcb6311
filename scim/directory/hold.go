package directory

// The order of locks. On Postgres two requests of one provider run beside each
// other, and each waits for rows that the other holds: nothing may wait in a
// circle. SQLite's writer is alone.
//
//  1. the one person that a request is about (HoldUser)
//  2. the directory (Hold, Share), for the safeguard, and for what an admin sets
//  3. the one group that a request is about (HoldGroup); the groups whose roles
//     an admin sets, and those that somebody leaves by being deleted, in the
//     order of their ids (DeleteUser and DeleteGroup do it)
//  4. whoever comes into a group, in the order of the ids (AddMembers and
//     ReplaceMembers do it, FOR KEY SHARE), and the row of the person or group
//     itself, as it is renamed or deleted (FOR UPDATE)
//  5. accounts; memberships, in the order of the people's ids; sessions
//  6. the directory's counts, versions of groups, entries of the log: these
//     travel with the commit
//
// So: write here first, and touch memberships afterwards, once, for everybody
// whom the request concerns. Holding is FOR NO KEY UPDATE, which lets others
// put the person into groups. Whoever has a group and needs people as they are
// takes those who are free (ShareUsers) and leaves the others to a job.
//
// What is left can meet only where two requests delete groups that are in each
// other. Postgres refuses one of the two (db.Retryable), and the endpoint runs
// it again.
