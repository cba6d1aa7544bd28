import CommandKit
import Testing

@Suite struct MessageTests {
    /// Each line of a user and the sentences it is answered with.
    static let table: [(line: String, messages: [String])] = [
        ("trian", [#"sample has no command "trian". Did you mean train?"#]),
        ("file move", [#"sample file has no command "move"."#]),
        ("--vresion", ["There is no option --vresion. Did you mean --version?"]),
        ("file --version", ["There is no option --version."]),
        ("train", ["The option --data FOLDER is required."]),
        ("file copy", ["The argument SOURCE is missing.", "The argument TARGETS is missing."]),
        ("file copy a", ["The argument TARGETS is missing."]),
        ("end well again", [#"The argument "again" is one too many."#]),
        ("train -d a --epcohs 3", ["There is no option --epcohs. Did you mean --epochs?"]),
        ("train -d a --max 3", ["There is no option --max. Did you mean --maximum-steps?"]),
        (
            "train -d a --no-progres",
            ["There is no option --no-progres. Did you mean --no-progress?"]
        ),
        ("train -d a --xyzzy", ["There is no option --xyzzy."]),
        ("train -d a -epochs", ["There is no option -epochs. Did you mean --epochs?"]),
        ("train -d a -jx", ["There is no option -x."]),
        ("train -d a -x", ["There is no option -x."]),
        ("train -d a -json", ["There is no option -json. Did you mean --json?"]),
        (
            "train -d",
            ["-d needs a value: -d FOLDER, or -d=FOLDER where the value starts with a dash."]
        ),
        (
            "train -d a --epochs --json",
            [
                "--epochs needs a value: --epochs N, or --epochs=N where the value starts with a dash."
            ]
        ),
        (
            "train -d a --epochs --",
            [
                "--epochs needs a value: --epochs N, or --epochs=N where the value starts with a dash."
            ]
        ),
        ("train --data=", [#"--data must be a path, not ""."#]),
        ("train -d a --epochs ten", [#"--epochs must be a whole number, not "ten"."#]),
        ("train -d a -e 0", [#"-e must be at least 1, not "0"."#]),
        ("train -d a -e 1.5", [#"-e must be a whole number, not "1.5"."#]),
        (
            "train -d a -e 99999999999999999999",
            [
                "-e must be between -9223372036854775808 and 9223372036854775807, "
                    + #"not "99999999999999999999"."#
            ]
        ),
        (
            "train -d a --seed -1",
            [
                #"--seed must be between 0 and 18446744073709551615, not "-1"."#
            ]
        ),
        ("train -d a --held-out 1.5", [#"--held-out must be between 0.0 and 1.0, not "1.5"."#]),
        ("train -d a --held-out nan", [#"--held-out must be a number, not "nan"."#]),
        ("train -d a --rate 0", [#"--rate must be above 0.0, not "0"."#]),
        ("train -d a --margins 1,,2", [#"--margins must be a number, not ""."#]),
        ("train -d a --levels 1,3", [#"--levels must be one of 1, 2, not "3". Did you mean 1?"#]),
        ("train -d a --test x", [#"--test must be NAME=PATH, not "x"."#]),
        ("train -d a --test =x", [#"--test must be NAME=PATH, not "=x"."#]),
        ("train -d a --size 3", [#"--size cannot be "3": Sizes are even."#]),
        ("train -d a --size x", [#"--size must be a whole number, not "x"."#]),
        ("train -d a --images 5", [#"--images cannot be "5": Write thousands, as in 5k."#]),
        ("train -d a --shuffle maybe", [#"--shuffle must be true or false, not "maybe"."#]),
        (
            "train -d a --precision bfolat16",
            [
                "--precision must be one of float32, bfloat16, automatic, "
                    + #"not "bfolat16". Did you mean bfloat16?"#
            ]
        ),
        (
            "train -d a --precision x",
            [
                #"--precision must be one of float32, bfloat16, automatic, not "x"."#
            ]
        ),
        ("train -d a --json=yes", [#"--json takes no value but was given "yes"."#]),
        (
            "train -d a --flip --no-flip",
            [
                "--flip and --no-flip contradict each other; give one of them."
            ]
        ),
        ("train -d a -e 1 --epochs 2", [#"--epochs takes one value but was given "1" and "2"."#]),
        ("train -d a -e 2000 -q", ["--quiet and more than 1000 epochs do not go together."]),
        (
            "train --epochs x --bogus --rate y",
            [
                "There is no option --bogus.",
                "The option --data FOLDER is required.",
                #"--epochs must be a whole number, not "x"."#,
                #"--rate must be a number, not "y"."#,
            ]
        ),
        (
            "end wel",
            [
                "WAY must be one of well, badly, wrongly, interrupted, write, missing, "
                    + #"not "wel". Did you mean well?"#
            ]
        ),
    ]

    @Test(arguments: table)
    func answers(line: String, messages: [String]) throws {
        #expect(try errors(line) == messages)
    }

    @Test func aFailureNamesTheCommandToAskForHelp() {
        guard case .failure(let failure) = sample.parse(["file", "copy"]) else {
            Issue.record("An incomplete line must fail.")
            return
        }
        #expect(
            failure.description == """
                error: The argument SOURCE is missing.
                error: The argument TARGETS is missing.
                Try 'sample file copy --help'.
                """)
    }

    @Test func controlCharactersAreWrittenOut() {
        let hostile = CommandKitError.unexpectedArgument(value: "a\u{1B}[2J\nb")
        #expect(hostile.description == #"The argument "a\u{1B}[2J\nb" is one too many."#)
    }
}
