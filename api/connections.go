package api

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sso"
	"gatehouse/sso/saml"
)

const connectionTag = "Connections"

func (h *Handler) connectionRoutes() []route {
	detail := wire.ConnectionDetail{}
	return []route{
		{Method: http.MethodPost, Path: "/connections", Tag: connectionTag, Summary: "Make a connection to an organization's identity provider. Without a state it is active where it is complete, else a draft.",
			Body: connectionBody{}, Needs: []string{"organization_id", "connection_type"}, Status: 201, Answer: detail,
			Foreign: absentBody(`{"organization_id":"{organization}","connection_type":"GenericSAML"}`), run: createConnection},
		{Method: http.MethodGet, Path: "/connections", Tag: connectionTag, Summary: "List connections.", Paged: true, Status: 200, Answer: wire.Connection{},
			Query: []param{{Name: "connection_type", About: "Of that type."}, {Name: "domain", About: "That name this domain."}, {Name: "organization_id", About: "Of that organization."},
				{Name: "search", About: "Within the name."}, {Name: "state", About: "active, inactive or draft."}},
			Foreign: hidden(), run: listConnections},
		{Method: http.MethodGet, Path: "/connections/:id", Tag: connectionTag, Summary: "Get a connection.",
			Status: 200, Answer: detail, Foreign: absent(theirConnection), run: getConnection},
		{Method: http.MethodPatch, Path: "/connections/:id", Tag: connectionTag, Summary: "Change a connection: members that are not sent stay. A configuration that is replaced can be brought back. Another issuer needs its client_secret.",
			Body: connectionBody{}, Status: 200, Answer: detail, Foreign: absent(theirConnection), run: updateConnection},
		{Method: http.MethodDelete, Path: "/connections/:id", Tag: connectionTag, Summary: "Delete a connection with its recorded sign-ins. Its people keep their accounts.",
			Status: 204, Foreign: absent(theirConnection), run: deleteConnection},
		{Method: http.MethodGet, Path: "/connections/:id/role_mappings", Tag: connectionTag, Summary: "List which of the provider's groups give which role.",
			Status: 200, Answer: wire.WholeList[wire.RoleMapping]{}, Foreign: absent(theirConnection), run: getRoleMappings},
		{Method: http.MethodPut, Path: "/connections/:id/role_mappings", Tag: connectionTag, Summary: "Replace which of the provider's groups give which role. The highest counts; at each sign-in it is decided anew.",
			Body: []wire.RoleMapping{}, Status: 200, Answer: wire.WholeList[wire.RoleMapping]{}, Foreign: absentArray(theirConnection), run: setRoleMappings},
		{Method: http.MethodPut, Path: "/connections/:id/replaces", Tag: connectionTag, Summary: "Let the people of another connection move to this one, as an owner of the organization approves. null takes it back.",
			Body: replaceBody{}, Status: 200, Answer: detail, Foreign: foreign{fill: theirConnection, body: `{"connection_id":null}`, want: http.StatusNotFound}, run: replaceConnection},
	}
}

// holdingConnection runs fn in the organization of a connection that the key
// sees.
func (r reach) holdingConnection(c id.Connection, fn func(*db.OrgTx) error) error {
	locate := func(tx *db.AllTx) (id.Organization, error) { return sso.LocateConnection(tx, c) }
	return r.holder(locate, func(own *db.OrgTx) error {
		if _, err := sso.Get(own, c); err != nil {
			return err
		}
		return fn(own)
	})
}

// detail answers with a connection as it is now.
func (h *Handler) detail(tx *db.OrgTx, c id.Connection) (answer, error) {
	w, err := sso.Show(tx, h.Base, c)
	return found(w), err
}

func createConnection(c *call) error {
	var in connectionBody
	if err := c.decode(&in); err != nil {
		return err
	}
	org, err := required[id.Organization]("organization_id", in.OrganizationID)
	if err != nil {
		return err
	}
	if in.ConnectionType == "" {
		return missing("connection_type")
	}
	kind, ok := sso.ParseType(in.ConnectionType)
	if !ok {
		return invalid("connection_type", "connection_type is the provider and what it speaks, such as OktaSAML, EntraIdOIDC, GenericSAML or GenericOIDC.")
	}
	if done, err := c.answered(func(tx reach) error { _, err := tx.organization(org); return err }); done || err != nil {
		return err
	}
	n, err := in.new(c, kind)
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (a answer, err error) {
		err = tx.enter(org, func(own *db.OrgTx) error {
			made, err := sso.Create(own, n)
			if err != nil {
				return err
			}
			a, err = c.h.detail(own, made.ID)
			a.status = http.StatusCreated
			return err
		})
		return a, err
	})
}

// new is what a connection starts with. Metadata and key come from outside of
// the transaction.
func (b connectionBody) new(c *call, kind sso.Type) (sso.New, error) {
	configure, err := b.configuration().configure(c)
	if err != nil {
		return sso.New{}, err
	}
	configuration, secret, err := sso.Configured(kind.Protocol(), configure, c.h.DB.Now())
	if err != nil {
		return sso.New{}, err
	}
	n := sso.New{Type: kind, Name: value(b.Name.Value), Domains: value(b.Domains.Value), State: sso.State(value(b.State.Value)),
		IDPInitiated: value(b.IDPInitiatedEnabled.Value), JIT: b.JITProvisioning.Value == nil || *b.JITProvisioning.Value, AllowGuests: value(b.guests()),
		DefaultRole: value(b.DefaultRole.Value), AttributeMap: value(b.AttributeMap.Value).mapped(), RoleMappings: mappings(value(b.RoleMappings.Value)),
		Configuration: configuration, ClientSecret: secret}
	if kind.Protocol() == sso.SAML { // its certificate is part of the answer
		n.Key, err = c.newKey()
	}
	return n, err
}

func (c *call) newKey() (*saml.Key, error) { return sso.NewKey(c.h.DB.Now()) }

func listConnections(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	q := sso.ListQuery{Type: c.query.Get("connection_type"), Domain: c.query.Get("domain"), Search: c.query.Get("search"), State: sso.State(c.query.Get("state")), Page: page}
	if text := c.query.Get("organization_id"); text != "" {
		if q.Organization, err = parse[id.Organization](text); err != nil {
			return err
		}
	}
	return c.read(func(tx reach) (answer, error) {
		if q.Organization != "" {
			if _, err := tx.organization(q.Organization); err != nil {
				return answer{}, err
			}
		}
		rows, paging, err := sso.List(tx.rows, q)
		if err != nil {
			return answer{}, err
		}
		shown, err := sso.Wires(tx.rows, rows)
		return list(shown, paging), err
	})
}

// readConnection answers what show makes of the connection in the path.
func readConnection(c *call, show func(*db.OrgTx, id.Connection) (answer, error)) error {
	connection, err := idOf[id.Connection](c, "id")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (a answer, err error) {
		err = tx.holdingConnection(connection, func(own *db.OrgTx) error {
			a, err = show(own, connection)
			return err
		})
		return a, err
	})
}

// changeConnection answers what do makes of the connection in the path.
func changeConnection(c *call, do func(*db.OrgTx, id.Connection) (answer, error)) error {
	connection, err := idOf[id.Connection](c, "id")
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (a answer, err error) {
		err = tx.holdingConnection(connection, func(own *db.OrgTx) error {
			a, err = do(own, connection)
			return err
		})
		return a, err
	})
}

// prepareConnection refuses a connection that the key does not see, before
// anything slow is done for it, and answers a repeat.
func prepareConnection(c *call) (done bool, err error) {
	connection, err := idOf[id.Connection](c, "id")
	if err != nil {
		return false, err
	}
	return c.answered(func(tx reach) error {
		return tx.holdingConnection(connection, func(own *db.OrgTx) error { _, err := sso.Get(own, connection); return err })
	})
}

func getConnection(c *call) error { return readConnection(c, c.h.detail) }

func updateConnection(c *call) error {
	var in connectionBody
	if err := c.decode(&in); err != nil {
		return err
	}
	if done, err := prepareConnection(c); done || err != nil {
		return err
	}
	configure, err := in.configuration().configure(c)
	if err != nil {
		return err
	}
	change := in.change(configure)
	return changeConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		if in.OrganizationID != "" && in.OrganizationID != string(tx.Organization()) {
			return answer{}, invalid("organization_id", "A connection stays in its organization. Make another one there.")
		}
		if in.ConnectionType != "" {
			kind := sso.Type(in.ConnectionType)
			change.Type = &kind
		}
		if _, err := sso.Update(tx, connection, change); err != nil {
			return answer{}, err
		}
		if in.State.Value != nil {
			if _, err := sso.ChangeState(tx, connection, sso.State(*in.State.Value)); err != nil {
				return answer{}, err
			}
		}
		return c.h.detail(tx, connection)
	})
}

func deleteConnection(c *call) error {
	return changeConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		return empty(http.StatusNoContent), sso.Delete(tx, connection)
	})
}

func mappingsOf(all []sso.RoleMapping) answer {
	return found(wire.WholeList[wire.RoleMapping]{Data: sso.Mappings(all)})
}

func getRoleMappings(c *call) error {
	return readConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		row, err := sso.Get(tx, connection)
		if err != nil {
			return answer{}, err
		}
		return mappingsOf(row.RoleMappings), nil
	})
}

func setRoleMappings(c *call) error {
	var in []wire.RoleMapping
	if err := c.decode(&in); err != nil {
		return err
	}
	all := mappings(in)
	return changeConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		row, err := sso.Update(tx, connection, sso.Change{RoleMappings: &all})
		if err != nil {
			return answer{}, err
		}
		return mappingsOf(row.RoleMappings), nil
	})
}

type replaceBody struct {
	ConnectionID Maybe[string] `json:"connection_id"`
	ApprovedBy   string        `json:"approved_by_user_id"`
}

func replaceConnection(c *call) error {
	var in replaceBody
	if err := c.decode(&in); err != nil {
		return err
	}
	var old *id.Connection
	var owner id.User
	if !in.ConnectionID.Sent {
		return missing("connection_id")
	}
	if in.ConnectionID.Value != nil {
		parsed, err := parse[id.Connection](*in.ConnectionID.Value)
		if err != nil {
			return err
		}
		if owner, err = required[id.User]("approved_by_user_id", in.ApprovedBy); err != nil {
			return err
		}
		old = &parsed
	}
	return changeConnection(c, func(tx *db.OrgTx, connection id.Connection) (answer, error) {
		if _, err := sso.Replace(tx, connection, old, owner); err != nil {
			return answer{}, err
		}
		return c.h.detail(tx, connection)
	})
}
