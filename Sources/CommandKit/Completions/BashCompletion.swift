/// The script for bash.
struct BashCompletion {
    let table: CompletionTable
    let program: String

    var text: String {
        """
        # Completions of \(program) for bash, written by '\(program) completions bash'.

        # Sets what a command takes: its subcommands and options.
        _\(program)_place() {
            commands='' options=''
            case "$1" in
        \(contexts)
            esac
        }

        # Sets what is offered for the value of an option or for an argument by its number.
        _\(program)_value() {
            kind='' offered=''
            case "$1" in
        \(values)
            esac
        }

        \(walk)
        complete -F _\(program) \(program)

        """
    }

    private var contexts: String {
        table.nodes.map { node in
            let commands = node.subcommands.map(\.name).joined(separator: " ")
            let options = node.options.map(\.name).joined(separator: " ")
            return "        \(Shell.quoted(node.name))) commands='\(commands)'; "
                + "options='\(options)' ;;"
        }.joined(separator: "\n")
    }

    private var values: String {
        table.nodes.flatMap { node in
            node.values.map { key, completion in
                "        \(Shell.quoted(key))) kind=\(completion.word); "
                    + "offered=\(Shell.quoted(completion.offered)) ;;"
            }
        }.joined(separator: "\n")
    }

    /// The part of the script that is the same for every program.
    private var walk: String {
        """
        _\(program)() {
            local line=${COMP_LINE:0:COMP_POINT} words=() word i commands options kind offered
            # Bash parts words at = and : as well; they are put together again.
            for ((i = 0; i <= COMP_CWORD; i++)); do
                word=${COMP_WORDS[i]}
                if [[ $i -eq 0 || $line == [[:space:]]* ]]; then
                    line=${line#"${line%%[![:space:]]*}"}
                    words+=("$word")
                else
                    words[${#words[@]} - 1]+=$word
                fi
                line=${line#"$word"}
            done
            local place=\(program) option='' count=0 last=$((${#words[@]} - 1))
            local cur=${words[last]}
            _\(program)_place "$place"
            for ((i = 1; i < last; i++)); do
                word=${words[i]}
                if [[ -n $option ]]; then
                    option=''
                elif [[ $word == -* ]]; then
                    _\(program)_value "$place $word"
                    if [[ -n $kind ]]; then option=$word; fi
                elif [[ $count -eq 0 && " $commands " == *" $word "* ]]; then
                    place="$place $word"
                    _\(program)_place "$place"
                else
                    count=$((count + 1))
                fi
            done
            local base='' part=$cur
            if [[ -z $option && $cur == --*=* ]]; then
                option=${cur%%=*} base="${cur%%=*}=" part=${cur#*=}
            fi
            local found=()
            if [[ -n $option ]]; then
                _\(program)_value "$place $option"
            elif [[ $cur == -* ]]; then
                kind=words offered=$options
            else
                _\(program)_value "$place $((count + 1))"
                if [[ -z $kind ]]; then _\(program)_value "$place last"; fi
                if [[ $count -eq 0 && -n $commands ]]; then
                    kind=words offered="$commands $offered"
                fi
            fi
            case $kind in
            named) word=${part##*[=,]} ;;
            words) word=${part##*,} ;;
            *) word=$part ;;
            esac
            base=$base${part%"$word"}
            local names=''
            case $kind in
            files | named) names=$(compgen -f -- "$word") ;;
            folders) names=$(compgen -d -- "$word") ;;
            words) names=$(compgen -W "$offered" -- "$word") ;;
            esac
            if [[ $kind != words ]]; then compopt -o filenames 2> /dev/null; fi
            # Bash replaces only what is behind the last = or :.
            local cut=${cur##*[=:]}
            cut=${cur%"$cut"}
            if [[ $COMP_WORDBREAKS != *=* ]]; then cut=''; fi
            COMPREPLY=()
            while IFS= read -r word; do
                if [[ -z $word ]]; then continue; fi
                word=$base$word
                COMPREPLY+=("${word#"$cut"}")
            done <<< "$names"
        }
        """
    }
}
