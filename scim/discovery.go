package scim

import (
	"net/http"
	"strings"

	"gatehouse/internal/problem"
	"gatehouse/scim/schema"
)

// Discovery (RFC 7644 §4): what this server does, in documents that are the
// same for every directory but for their addresses.

const listURN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

// errDiscoveryFilter is said of a filter on a discovery endpoint (RFC 7644 §4).
var errDiscoveryFilter = problem.New(problem.Forbidden, "filter_forbidden", "The discovery endpoints take no filter.")

func serviceProviderConfig(c *call) error {
	return c.document200(schema.ServiceProviderConfig(c.base()))
}

func resourceTypes(c *call) error { return c.documents(schema.ResourceTypes(c.base())) }
func schemas(c *call) error       { return c.documents(schema.Schemas(c.base())) }

// resourceType is one of them, by its name.
func resourceType(c *call) error { return c.oneOf(schema.ResourceTypes(c.base())) }

// oneSchema is one of them, by its URN.
func oneSchema(c *call) error { return c.oneOf(schema.Schemas(c.base())) }

// oneOf is the document with the id that the path names, in whatever case:
// schemas' URNs have none.
func (c *call) oneOf(list []map[string]any) error {
	for _, document := range list {
		if known, _ := document["id"].(string); strings.EqualFold(known, c.param("name")) {
			return c.document200(document)
		}
	}
	return errNothing
}

func (c *call) document200(document map[string]any) error {
	if err := c.checkDiscovery(); err != nil {
		return err
	}
	return c.json(http.StatusOK, document)
}

func (c *call) documents(list []map[string]any) error {
	if err := c.checkDiscovery(); err != nil {
		return err
	}
	c.asked.reason = "The provider asked what this server can do."
	return c.json(http.StatusOK, map[string]any{"schemas": []string{listURN}, "totalResults": len(list), "startIndex": 1, "itemsPerPage": len(list), "Resources": list})
}

func (c *call) checkDiscovery() error {
	p, err := c.parameters()
	if err == nil && p.get("filter") != "" {
		err = errDiscoveryFilter
	}
	c.asked.reason = "The provider asked what this server can do."
	return err
}

// base is the directory's own address.
func (c *call) base() string { return c.h.Base + Prefix + string(c.token.DirectoryID) }
