// Package search finds and counts entries of the audit log.
package search
