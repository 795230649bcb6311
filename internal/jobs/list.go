package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"gatehouse/internal/db"
)

// Query is which jobs a list has, and which page of it.
type Query struct {
	State State // "" is every one
	Kind  string
	Page  db.Page
}

// List lists jobs, the newest first. Completed and cancelled ones are kept for
// a day, failed ones for a week.
func List(tx *db.Tx, q Query) ([]*Job, db.Paging, error) {
	known := func(cursor string) (bool, error) {
		key, ok := ParseID(cursor)
		if !ok {
			return false, nil
		}
		_, err := Get(tx, key)
		if errors.Is(err, db.ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	}
	return db.ListPageBy(q.Page, known, func(j *Job) string { return j.ID.String() },
		func(r db.Run) ([]*Job, error) { return read(tx, q.params(r)) })
}

func (q Query) params(r db.Run) *river.JobListParams {
	direction, beyond := river.SortOrderAsc, "id > @cursor"
	if r.Down {
		direction, beyond = river.SortOrderDesc, "id < @cursor"
	}
	p := river.NewJobListParams().First(r.Limit).OrderBy(river.JobListOrderByID, direction)
	if r.Cursor != "" {
		key, _ := ParseID(r.Cursor) // List knows it
		p = p.Where(beyond, river.NamedArgs{"cursor": int64(key)})
	}
	if q.State != "" {
		p = p.States(riverStates[q.State]...)
	}
	if q.Kind != "" {
		p = p.Kinds(q.Kind)
	}
	return p
}

func read(tx *db.Tx, p *river.JobListParams) (jobs []*Job, err error) {
	err = within(tx, func(ctx context.Context, q queue) error {
		result, err := q.list(ctx, p)
		if err != nil {
			return fmt.Errorf("listing jobs: %w", err)
		}
		for _, row := range result.Jobs {
			jobs = append(jobs, jobOf(row))
		}
		return nil
	})
	return jobs, err
}

// Get is one job.
func Get(tx *db.Tx, n ID) (*Job, error) {
	return one(tx, func(ctx context.Context, q queue) (*rivertype.JobRow, error) { return q.get(ctx, int64(n)) })
}

// one runs what answers with a job.
func one(tx *db.Tx, do func(context.Context, queue) (*rivertype.JobRow, error)) (j *Job, err error) {
	err = within(tx, func(ctx context.Context, q queue) error {
		row, err := do(ctx, q)
		if errors.Is(err, rivertype.ErrNotFound) {
			return db.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("reading a job: %w", err)
		}
		j = jobOf(row)
		return nil
	})
	return j, err
}

// Counts are how many jobs are in each state.
func Counts(tx *db.Tx) (map[State]int64, error) {
	counts := map[State]int64{}
	err := within(tx, func(ctx context.Context, q queue) error {
		rows, err := q.rows.JobCountByAllStates(ctx, &riverdriver.JobCountByAllStatesParams{})
		if err != nil {
			return fmt.Errorf("counting jobs: %w", err)
		}
		for state, n := range rows {
			counts[stateOf(state)] += int64(n)
		}
		return nil
	})
	return counts, err
}

// maxKinds is more than there are.
const maxKinds = 200

// Kinds are the kinds of the jobs that are kept, in the order of their names.
func Kinds(tx *db.Tx) (kinds []string, err error) {
	err = within(tx, func(ctx context.Context, q queue) (err error) {
		kinds, err = q.rows.JobKindList(ctx, &riverdriver.JobKindListParams{Max: maxKinds})
		if err != nil {
			return fmt.Errorf("listing the kinds of jobs: %w", err)
		}
		return nil
	})
	return kinds, err
}
