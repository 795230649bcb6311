package sink

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"sync"
	"time"

	"gatehouse/internal/id"
)

// bucket is an object store of any maker: what S3, Google Cloud Storage and
// Azure Blob have in common.
type bucket interface {
	// put writes an object that was not there. One of that name is the same one.
	put(ctx context.Context, key string, body []byte) error
	Close() error
}

// object is a file of one organization and one hour.
type object struct {
	key  string
	body []byte // NDJSON, gzip
}

const objectType = "application/gzip" // no content-encoding: readers go by the name's .gz

// objectsAtOnce is how many objects of a batch are on their way at once.
const objectsAtOnce = 8

// objectSink writes batches into a bucket.
type objectSink struct {
	bucket
	prefix string
}

// Send writes an object for each organization and hour in the batch. A batch
// that comes again writes the same objects again.
func (s *objectSink) Send(ctx context.Context, b Batch) error {
	objects, err := s.objects(b)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var group sync.WaitGroup
	failed, turns := make(chan error, len(objects)), make(chan struct{}, objectsAtOnce)
	for _, o := range objects {
		turns <- struct{}{}
		group.Go(func() {
			defer func() { <-turns }()
			if err := Safely(func() error { return s.put(ctx, o.key, o.body) }); err != nil {
				failed <- err // the first is the reason; the others were stopped by it
				stop()
			}
		})
	}
	group.Wait()
	close(failed)
	return <-failed
}

// objects are the batch's files, in the order in which each of them begins.
func (s *objectSink) objects(b Batch) ([]object, error) {
	groups := map[string][]Entry{}
	var order []string
	for _, e := range b.Entries {
		place, err := placeOf(e)
		if err != nil {
			return nil, err
		}
		if groups[place] == nil {
			order = append(order, place)
		}
		groups[place] = append(groups[place], e)
	}
	out := make([]object, 0, len(order))
	for _, place := range order {
		entries := groups[place]
		body := packed(Batch{entries})
		sum := sha256.Sum256(body)
		// The name holds what the object is made of: none is ever overwritten by
		// another one, and a batch that is cut otherwise after a crash is a file of
		// its own, whose entries are known by their ids.
		name := fmt.Sprintf("%020d-%020d-%s.ndjson.gz", entries[0].Position, entries[len(entries)-1].Position, hex.EncodeToString(sum[:6]))
		out = append(out, object{path.Join(s.prefix, place, name), body})
	}
	return out, nil
}

// deploymentPlace is where the deployment's own entries go.
const deploymentPlace = "deployment"

// placeOf is the directory of an entry: its organization, which nobody chooses,
// and the hour in which it was recorded, in the form that query engines read as
// columns. The hour is the id's own: applications say when something occurred.
func placeOf(e Entry) (string, error) {
	recorded, err := e.recordedAt()
	if err != nil {
		return "", err
	}
	organization := e.Organization
	if organization == "" {
		organization = deploymentPlace
	}
	return "organization=" + organization + recorded.Format("/year=2006/month=01/day=02/hour=15"), nil
}

// recordedAt is the id's own time: unlike when something occurred, nobody chooses it.
func (e Entry) recordedAt() (time.Time, error) {
	event, err := id.Parse[id.Event](e.ID)
	if err != nil {
		return time.Time{}, fmt.Errorf("entry %d has no id: %w", e.Position, err)
	}
	return id.Time(event).UTC(), nil
}

func packed(b Batch) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(lines(b)) // into memory
	_ = z.Close()
	return out.Bytes()
}

// prefixField is what all keys begin with.
var prefixField = Field{Name: "prefix", Label: "Prefix", Help: "What names of objects begin with. Below it come the organization's id and the hour.", Default: "audit-log"}

const maxPrefix = 200

// prefixOf reads a prefix. Below it always comes the organization's own
// directory, and no prefix leads out of it.
func prefixOf(s Settings) (string, error) {
	p := strings.Trim(s.Get("prefix"), "/")
	if p == "" {
		return "", nil
	}
	strange := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`\{}^%"<>#|?*`+"`~[]", r) }
	if len(p) > maxPrefix || strings.ContainsFunc(p, strange) || p != path.Clean(p) || p == ".." || strings.HasPrefix(p, "../") {
		return "", Refuse("prefix", "A prefix is a path of letters, digits and such, with no more than 200 characters.")
	}
	return p, nil
}

// storeTime bounds one object's way.
const storeTime = 60 * time.Second
