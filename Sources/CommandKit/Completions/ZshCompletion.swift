/// The script for Z shell.
struct ZshCompletion {
    let table: CompletionTable
    let program: String

    var text: String {
        """
        #compdef \(program)
        # Completions of \(program) for zsh, written by '\(program) completions zsh'.

        # Sets what a command takes: its subcommands and options.
        _\(program)_place() {
            commands=() options=()
            case "$1" in
        \(contexts)
            esac
        }

        # Sets what is offered for the value of an option or for an argument by its number.
        _\(program)_value() {
            kind='' offered=()
            case "$1" in
        \(values)
            esac
        }

        \(walk)
        if [[ $funcstack[1] == _\(program) ]]; then
            _\(program) "$@"
        else
            compdef _\(program) \(program)
        fi

        """
    }

    /// Names with what they mean, as `_describe` reads them.
    private func described(_ entries: [(name: String, help: String)]) -> String {
        entries.map { Shell.quoted("\($0.name):\($0.help.replacing(":", with: "\\:"))") }
            .joined(separator: " ")
    }

    private var contexts: String {
        table.nodes.map { node in
            "        \(Shell.quoted(node.name))) commands=(\(described(node.subcommands)))\n"
                + "            options=(\(described(node.options))) ;;"
        }.joined(separator: "\n")
    }

    private var values: String {
        table.nodes.flatMap { node in
            node.values.map { key, completion in
                "        \(Shell.quoted(key))) kind=\(completion.word); "
                    + "offered=(\(completion.offered)) ;;"
            }
        }.joined(separator: "\n")
    }

    private var walk: String {
        """
        _\(program)() {
            local place=\(program) option='' kind word
            local -i count=0 i
            local -a commands options offered
            _\(program)_place "$place"
            for ((i = 2; i < CURRENT; i++)); do
                word=$words[i]
                if [[ -n $option ]]; then
                    option=''
                elif [[ $word == -* ]]; then
                    _\(program)_value "$place $word"
                    if [[ -n $kind ]]; then option=$word; fi
                elif ((count == 0)) && [[ -n ${(M)commands:#$word:*} ]]; then
                    place="$place $word"
                    _\(program)_place "$place"
                else
                    count=$((count + 1))
                fi
            done
            word=$words[CURRENT]
            if [[ -z $option && $word == --*=* ]]; then
                option=${word%%=*}
                compset -P '--[^=]#='
            fi
            if [[ -n $option ]]; then
                _\(program)_value "$place $option"
            elif [[ $word == -* ]]; then
                _describe option options
                return
            else
                if ((count == 0)) && ((#commands > 0)); then _describe command commands; fi
                _\(program)_value "$place $((count + 1))"
                if [[ -z $kind ]]; then _\(program)_value "$place last"; fi
            fi
            case $kind in
            files) _files ;;
            folders) _files -/ ;;
            named)
                compset -P '*[=,]'
                _files
                ;;
            words)
                compset -P '*,'
                compadd -- $offered
                ;;
            esac
        }
        """
    }
}
