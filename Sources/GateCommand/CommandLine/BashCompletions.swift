extension Completions {
  /// For bash 3.2 and newer, without the package bash-completion.
  ///
  /// The words are cut from the line here: bash itself breaks them at `=` and `@`, and leaves quotes and backslashes in
  /// them.
  var bash: String {
    #"""
    # bash completion for plangate. Use it with: source <(plangate completions bash)
    _plangate() {
      local line=${COMP_LINE:0:COMP_POINT} word='' quote='' started='' character words=() i
      COMPREPLY=()
      for ((i = 0; i < ${#line}; i++)); do
        character=${line:i:1}
        if [[ -z $quote && $character == [[:blank:]] ]]; then
          if [[ -n $started ]]; then words+=("$word"); fi
          word='' started=''
          continue
        fi
        started=1
        case $quote$character in
          "''" | '""') quote='' ;;
          "'" | '"') quote=$character ;;
          '\' | '"\') i=$((i + 1)); word+=${line:i:1} ;;
          *) word+=$character ;;
        esac
      done

      # What is under the cursor, and how much of it readline takes for a word of its own that stays as it is.
      local current=$word typed=${line##*[[:blank:]]} kept=''
      for ((i = 0; i < ${#typed}; i++)); do
        character=${typed:i:1}
        if [[ $character == [=@:] && ${COMP_WORDBREAKS-} == *"$character"* ]]; then kept=${typed:0:i+1}; fi
      done

      local program=${words[0]-} command=${words[1]-} previous='' manifest='' flag='' value='' prefix=''
      if [[ ${#words[@]} -gt 1 ]]; then previous=${words[${#words[@]}-1]}; fi
      for ((i = 2; i < ${#words[@]}; i++)); do
        case ${words[i]} in
          --manifest) manifest=${words[i+1]-} ;;
          --manifest=*) manifest=${words[i]#--manifest=} ;;
        esac
      done
      if [[ $manifest == '~/'* ]]; then manifest=$HOME${manifest:1}; fi
      if [[ $program == '~/'* ]]; then program=$HOME${program:1}; fi

      local choices='' kind='' files=''
      if [[ ${#words[@]} -le 1 ]]; then
        value=$current
        choices=\#(quoted((commands.map(\.name) + general).joined(separator: " ")))
      else
        flag=$previous value=$current
        if [[ $current == --*=* ]]; then flag=${current%%=*} value=${current#*=} prefix=$flag=; fi
        case $command:$flag in
    \#(bashValues)
          *)
            value=$current prefix=''
            case $command:$current in
    \#(bashFlags)
    \#(bashOperands)
            esac
            ;;
        esac
      fi

      local candidates=()
      if [[ -n $files ]]; then
        compopt -o filenames 2>/dev/null
        if [[ $value == '~/'* ]]; then value=$HOME${value:1}; fi
        while IFS= read -r word; do candidates+=("$prefix$word"); done < <(compgen "$files" -- "$value")
      else
        # No word is expanded: a name is what it is.
        if [[ -n $kind ]]; then
          while IFS= read -r word; do choices+=" $word"; done < <(
            "$program" \#(Candidates.word) "$kind" ${manifest:+--manifest "$manifest"} 2>/dev/null
          )
        fi
        local list=()
        IFS=' ' read -r -a list <<<"$choices"
        for word in ${list[@]+"${list[@]}"}; do
          if [[ $word == "$value"* ]]; then candidates+=("$prefix$word"); fi
        done
      fi
      for word in ${candidates[@]+"${candidates[@]}"}; do COMPREPLY+=("${word#"$kept"}"); done
    }
    complete -F _plangate plangate

    """#
  }

  private var bashValues: String {
    commands.flatMap { command in
      command.flags.compactMap { flag in
        flag.kind.map { "      \(command.name):--\(flag.name)) \(bashAction($0)) ;;" }
      }
    }.joined(separator: "\n")
  }

  private func bashAction(_ kind: ValueKind) -> String {
    switch kind {
    case .file: "files=-f"
    case .directory: "files=-d"
    case .choice(let words): "choices=\(quoted(words.joined(separator: " ")))"
    case .query: "kind=\(Candidates.Kind.queries.rawValue)"
    case .number, .text: ":"
    }
  }

  private var bashFlags: String {
    commands.map { command in
      let flags = command.flags.flatMap(\.spellings) + ["-h", "--help"]
      return "          \(command.name):-*) choices=\(quoted(flags.joined(separator: " "))) ;;"
    }.joined(separator: "\n")
  }

  private var bashOperands: String {
    commands.compactMap { command in
      if let kind = kind(command.operand) { return "          \(command.name):*) kind=\(kind.rawValue) ;;" }
      if command.operand.takesFiles { return "          \(command.name):*) \(bashAction(.file)) ;;" }
      let words = words(command.operand)
      if words.isEmpty { return nil }
      return "          \(command.name):*) choices=\(quoted(words.joined(separator: " "))) ;;"
    }.joined(separator: "\n")
  }
}
