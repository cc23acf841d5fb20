// The kubelet's own writer of ConfigMap volumes as a command: `volume-writer DIRECTORY`.
//
// Every line on stdin is the whole content of the volume, as JSON: {"name": {"text" or "data": …, "mode": 420}}
// ("data" is base64). The volume is swapped to it in one step, as the kubelet does it: a name that is absent is
// removed. Every line is answered on stdout with {"ok": true} or {"error": "…"}. It ends when stdin ends.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"k8s.io/kubernetes/pkg/volume/util"
)

type file struct {
	Text *string `json:"text"`
	Data []byte  `json:"data"`
	Mode int32   `json:"mode"`
}

func swap(writer *util.AtomicWriter, line []byte) error {
	var files map[string]file
	if err := json.Unmarshal(line, &files); err != nil {
		return err
	}
	payload := make(map[string]util.FileProjection, len(files))
	for name, content := range files {
		projection := util.FileProjection{Data: content.Data, Mode: content.Mode}
		if content.Text != nil {
			projection.Data = []byte(*content.Text)
		}
		if projection.Mode == 0 {
			projection.Mode = 0o644
		}
		payload[name] = projection
	}
	return writer.Write(payload, nil)
}

func run(directory string) error {
	writer, err := util.NewAtomicWriter(directory, "volume-writer")
	if err != nil {
		return err
	}
	lines := bufio.NewReader(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			answer := map[string]any{"ok": true}
			if failure := swap(writer, line); failure != nil {
				answer = map[string]any{"error": failure.Error()}
			}
			if failure := answers.Encode(answer); failure != nil {
				return failure
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: volume-writer DIRECTORY")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
