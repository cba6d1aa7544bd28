import CommandKit
import Testing

@Suite struct HelpTextTests {
    private func help(_ line: String, width: Int = 80) throws -> String {
        let outcome = sample.parse(words(line), width: width)
        guard case .help(let text) = outcome else {
            throw UnexpectedOutcome(description: "\(outcome)")
        }
        return text
    }

    @Test func aCommandIsDescribed() throws {
        #expect(try help("train --help") == Self.train)
    }

    @Test func aGroupIsDescribed() throws {
        #expect(
            try help("--help") == """
                A sample program.

                Usage: sample COMMAND

                Commands:
                  train          Train one network.
                  file           Work on files.
                  end            End in some way.

                Options:
                      --version  Print the version.
                  -h, --help     Print this help.

                Examples:
                  # Copy.
                  sample file copy a b
                """)
    }

    @Test(arguments: ["train -h", "train --bogus --help", "train -jh", "help train"])
    func helpIsFoundEverywhere(line: String) throws {
        #expect(try help(line) == help("train --help"))
    }

    @Test(arguments: ["", "-h", "help"])
    func theProgramHelpsByItself(line: String) throws {
        #expect(try help(line) == help("--help"))
    }

    @Test(arguments: ["file", "file -h", "help file"])
    func groupsHelp(line: String) throws {
        #expect(try help(line).hasPrefix("Work on files.\n\nUsage: sample file COMMAND\n"))
    }

    @Test func afterTheTerminatorHelpIsAWord() throws {
        #expect(try parse("train -d a -- --help", as: Train.self).title == "--help")
    }

    @Test(arguments: [40, 60, 100])
    func noLineIsTooWide(width: Int) throws {
        for line in try help("train --help", width: width).split(separator: "\n") {
            #expect(String(line).displayWidth <= width, "\(line)")
        }
    }

    @Test func theVersionIsPrinted() {
        guard case .version(let text) = sample.parse(["--version"]) else {
            Issue.record("--version must print the version.")
            return
        }
        #expect(text == "sample 1.2.3")
    }
}

extension HelpTextTests {
    fileprivate static let train = """
        Train one network.

        Usage: sample train --data FOLDER [OPTION ...] [RUN] [NOTES ...]

        A long explanation that has to be broken into several lines because nobody reads
        lines of more than a hundred characters.

        A second paragraph.

        Arguments:
          RUN                        Name of the run.
          NOTES                      Notes.

        Options:
          -d, --data FOLDER          Images to learn from. (required)
          -e, --epochs N             Passes over the images. (default: 10)
              --seed N               Seed of all random numbers. (default: 1)
              --maximum-steps N      Stop after so many steps.
              --held-out X           Share to hold out.
              --test NAME=PATH       Test set. (repeatable)
              --margins X,...        Margins to try. (default: 0.3,0.5)
              --levels LEVELS,...    Levels. (one of 1, 2)
              --size SIZE            Side of an image.
              --shuffle true|false   Shuffle. (default: true)
              --images COUNT         A count.
          -j, --json                 Print JSON.
          -q, --quiet                Be quiet.
              --[no-]flip            Flip images at random. (default: on)
              --[no-]progress        Draw a progress line.
          -h, --help                 Print this help.

        Training options:
              --rate X               Learning rate at the start. (default: 0.1)
              --precision PRECISION  Number format. (one of float32, bfloat16,
                                     automatic; default: automatic)

        Exit codes:
          0         Success.
          1         The loss was not finite.
          2         The command line was wrong.
          130       Interrupted with Control-C.

        Examples:
          # Train on a folder.
          sample train --data faces
        """
}
