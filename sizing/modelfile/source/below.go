package source

import "context"

// below is a folder of a store.
type below struct {
	Store
	folder string
}

// Below is the folder of a store under the name.
func Below(st Store, folder string) Store { return below{st, folder + "/"} }

// Open opens a file of the folder.
func (b below) Open(ctx context.Context, name string, header bool) (*Stream, error) {
	return b.Store.Open(ctx, b.folder+name, header)
}

// Where is the path within the store.
func (b below) Where(name string) string { return b.Store.Where(b.folder + name) }
