package audit

import (
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Directories: what identity providers push by SCIM.

// Directory is what every entry of a directory has: the directory as it was then.
type Directory struct{ wire.DirectoryEvent }

// Targets are the directory and its organization.
func (d Directory) Targets() []Target {
	return []Target{{"directory", string(d.ID), d.Name}, {Type: "organization", ID: string(d.OrganizationID)}}
}

type (
	// DirectoryCreated is directory.created: an organization has another directory, into which nothing came yet.
	DirectoryCreated struct{ Directory }
	// DirectoryActivated is dsync.activated: the first request of the provider was let in.
	DirectoryActivated struct{ Directory }
	// DirectoryUpdated is directory.updated: how a directory is set up changed. Changed names the members.
	DirectoryUpdated struct {
		Directory
		Changed wire.Array[string] `json:"changed"`
	}
	// DirectoryDeleted is dsync.deleted: the directory is gone. Its people stay members.
	DirectoryDeleted struct{ Directory }
	// DirectoryTokenCreated is dsync.token.created: another token opens the directory.
	DirectoryTokenCreated struct {
		Directory
		Token wire.DirectoryToken `json:"token"`
	}
	// DirectoryTokenRevoked is dsync.token.revoked: a token opens it no more.
	DirectoryTokenRevoked struct {
		Directory
		Token wire.DirectoryToken `json:"token"`
	}
	// DirectoryRoleMappingsUpdated is directory.role_mappings_updated: which groups give which roles changed.
	DirectoryRoleMappingsUpdated struct {
		Directory
		Mappings wire.Array[wire.DirectoryRoleMapping] `json:"role_mappings"`
	}
	// DirectoryHeld is directory.held: more people would have left than the safeguard lets go; their leaving waits.
	DirectoryHeld struct {
		Directory
		Safeguard wire.DirectorySafeguard `json:"safeguard"`
	}
	// DirectoryReleased is directory.released: somebody let it go on.
	DirectoryReleased struct {
		Directory
		Safeguard wire.DirectorySafeguard `json:"safeguard"`
	}
	// DirectoryOwnerKept is directory.owner_kept: the directory deactivated the last owner, who stays a member.
	DirectoryOwnerKept struct {
		User wire.DirectoryUser `json:"user"`
	}

	// DirectoryUserCreated is dsync.user.created: a person came.
	DirectoryUserCreated struct{ wire.DirectoryUser }
	// DirectoryUserUpdated is dsync.user.updated. PreviousAttributes are the members that changed, as they were.
	DirectoryUserUpdated struct {
		wire.DirectoryUser
		PreviousAttributes map[string]any `json:"previous_attributes"`
	}
	// DirectoryUserDeleted is dsync.user.deleted: the person is gone from the directory.
	DirectoryUserDeleted struct{ wire.DirectoryUser }
	// DirectoryUserLinked is directory.user_linked: the person proved the mailbox, or was known already; the account is theirs.
	DirectoryUserLinked struct {
		wire.DirectoryUser
		How string `json:"how"` // created, domain, member, mailbox, sso
	}
	// DirectoryGroupCreated is dsync.group.created: a group came.
	DirectoryGroupCreated struct{ wire.DirectoryGroup }
	// DirectoryGroupUpdated is dsync.group.updated.
	DirectoryGroupUpdated struct {
		wire.DirectoryGroup
		PreviousAttributes map[string]any `json:"previous_attributes"`
	}
	// DirectoryGroupDeleted is dsync.group.deleted: the group is gone, and what it gave.
	DirectoryGroupDeleted struct{ wire.DirectoryGroup }
	// DirectoryGroupUserAdded is dsync.group.user_added: the person is in the group.
	DirectoryGroupUserAdded struct {
		DirectoryID id.Directory        `json:"directory_id"`
		User        wire.DirectoryUser  `json:"user"`
		Group       wire.DirectoryGroup `json:"group"`
	}
	// DirectoryGroupUserRemoved is dsync.group.user_removed: they are in it no more.
	DirectoryGroupUserRemoved struct {
		DirectoryID id.Directory        `json:"directory_id"`
		User        wire.DirectoryUser  `json:"user"`
		Group       wire.DirectoryGroup `json:"group"`
	}
)

func (DirectoryCreated) Type() string             { return "directory.created" }
func (DirectoryActivated) Type() string           { return "dsync.activated" }
func (DirectoryUpdated) Type() string             { return "directory.updated" }
func (DirectoryDeleted) Type() string             { return "dsync.deleted" }
func (DirectoryTokenCreated) Type() string        { return "dsync.token.created" }
func (DirectoryTokenRevoked) Type() string        { return "dsync.token.revoked" }
func (DirectoryRoleMappingsUpdated) Type() string { return "directory.role_mappings_updated" }
func (DirectoryHeld) Type() string                { return "directory.held" }
func (DirectoryReleased) Type() string            { return "directory.released" }
func (DirectoryOwnerKept) Type() string           { return "directory.owner_kept" }
func (DirectoryUserCreated) Type() string         { return "dsync.user.created" }
func (DirectoryUserUpdated) Type() string         { return "dsync.user.updated" }
func (DirectoryUserDeleted) Type() string         { return "dsync.user.deleted" }
func (DirectoryUserLinked) Type() string          { return "directory.user_linked" }
func (DirectoryGroupCreated) Type() string        { return "dsync.group.created" }
func (DirectoryGroupUpdated) Type() string        { return "dsync.group.updated" }
func (DirectoryGroupDeleted) Type() string        { return "dsync.group.deleted" }
func (DirectoryGroupUserAdded) Type() string      { return "dsync.group.user_added" }
func (DirectoryGroupUserRemoved) Type() string    { return "dsync.group.user_removed" }

// Data is each entry as it stands.
func (e DirectoryCreated) Data() any             { return e }
func (e DirectoryActivated) Data() any           { return e }
func (e DirectoryUpdated) Data() any             { return e }
func (e DirectoryDeleted) Data() any             { return e }
func (e DirectoryTokenCreated) Data() any        { return e }
func (e DirectoryTokenRevoked) Data() any        { return e }
func (e DirectoryRoleMappingsUpdated) Data() any { return e }
func (e DirectoryHeld) Data() any                { return e }
func (e DirectoryReleased) Data() any            { return e }
func (e DirectoryOwnerKept) Data() any           { return e }
func (e DirectoryUserCreated) Data() any         { return e }
func (e DirectoryUserUpdated) Data() any         { return e }
func (e DirectoryUserDeleted) Data() any         { return e }
func (e DirectoryUserLinked) Data() any          { return e }
func (e DirectoryGroupCreated) Data() any        { return e }
func (e DirectoryGroupUpdated) Data() any        { return e }
func (e DirectoryGroupDeleted) Data() any        { return e }
func (e DirectoryGroupUserAdded) Data() any      { return e }
func (e DirectoryGroupUserRemoved) Data() any    { return e }

func (e DirectoryOwnerKept) Targets() []Target    { return directoryUser(e.User) }
func (e DirectoryUserCreated) Targets() []Target  { return directoryUser(e.DirectoryUser) }
func (e DirectoryUserUpdated) Targets() []Target  { return directoryUser(e.DirectoryUser) }
func (e DirectoryUserDeleted) Targets() []Target  { return directoryUser(e.DirectoryUser) }
func (e DirectoryUserLinked) Targets() []Target   { return directoryUser(e.DirectoryUser) }
func (e DirectoryGroupCreated) Targets() []Target { return directoryGroup(e.DirectoryGroup) }
func (e DirectoryGroupUpdated) Targets() []Target { return directoryGroup(e.DirectoryGroup) }
func (e DirectoryGroupDeleted) Targets() []Target { return directoryGroup(e.DirectoryGroup) }
func (e DirectoryGroupUserAdded) Targets() []Target {
	return append(directoryUser(e.User), directoryGroup(e.Group)[0])
}
func (e DirectoryGroupUserRemoved) Targets() []Target {
	return append(directoryUser(e.User), directoryGroup(e.Group)[0])
}

// directoryUser is the person in the directory, the directory, and the account.
func directoryUser(u wire.DirectoryUser) []Target {
	name := u.IDPID
	if u.Username != nil {
		name = *u.Username
	}
	targets := []Target{{"directory_user", string(u.ID), name}, {Type: "directory", ID: string(u.DirectoryID)}}
	if u.UserID != nil {
		targets = append(targets, Target{Type: "user", ID: string(*u.UserID)})
	}
	return targets
}

func directoryGroup(g wire.DirectoryGroup) []Target {
	return []Target{{"directory_group", string(g.ID), g.Name}, {Type: "directory", ID: string(g.DirectoryID)}}
}
