package hub_test

import (
	"fmt"

	"mlsizer/sizing/modelfile/hub"
)

func ExampleParseRef() {
	ref, err := hub.ParseRef("hf:org/name@v1.0")
	fmt.Println(ref.Repo, ref.Revision, err)
	// Output: org/name v1.0 <nil>
}
