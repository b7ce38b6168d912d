// Checks with Go's own transparency log what zoo wrote. Reads one JSON object, prints what failed, a line each.
package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type consistency struct {
	Older, Newer string
	Proof        []string
}

type inclusion struct {
	Data, Root  string
	Index, Size int64
	Path        []string
}

func main() {
	var given struct {
		Key, Note     string
		Consistencies []consistency
		Inclusions    []inclusion
	}
	must(json.NewDecoder(os.Stdin).Decode(&given))

	verifier, err := note.NewVerifier(given.Key)
	must(err)
	if _, err := note.Open([]byte(given.Note), note.VerifierList(verifier)); err != nil {
		fmt.Println("note:", err)
	}
	for index, one := range given.Consistencies {
		newer, newerRoot := checkpoint(one.Newer)
		older, olderRoot := checkpoint(one.Older)
		if err := tlog.CheckTree(tlog.TreeProof(hashes(one.Proof)), newer, newerRoot, older, olderRoot); err != nil {
			fmt.Println("consistency", index, err)
		}
	}
	for index, one := range given.Inclusions {
		data, err := hex.DecodeString(one.Data)
		must(err)
		root := hashes([]string{one.Root})[0]
		leaf := tlog.RecordHash(data)
		if err := tlog.CheckRecord(tlog.RecordProof(hashes(one.Path)), one.Size, root, one.Index, leaf); err != nil {
			fmt.Println("inclusion", index, err)
		}
	}
}

// Size and root of a checkpoint (c2sp.org/tlog-checkpoint).
func checkpoint(text string) (int64, tlog.Hash) {
	lines := strings.Split(text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)
	return size, tlog.Hash(root)
}

func hashes(list []string) []tlog.Hash {
	all := []tlog.Hash{}
	for _, one := range list {
		bytes, err := hex.DecodeString(one)
		must(err)
		all = append(all, tlog.Hash(bytes))
	}
	return all
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
