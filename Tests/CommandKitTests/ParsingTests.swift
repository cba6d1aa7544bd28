import CommandKit
import Foundation
import Testing

@Suite struct ParsingTests {
    @Test func defaultsHoldWhereNothingIsGiven() throws {
        let train = try parse("train --data faces", as: Train.self)
        #expect(train.data.relativePath == "faces")
        #expect(train.epochs == 10)
        #expect(train.seed == 1)
        #expect(train.maximumSteps == nil)
        #expect(train.test.isEmpty)
        #expect(train.margins == [0.3, 0.5])
        #expect(train.shuffle)
        #expect(!train.json)
        #expect(train.flip)
        #expect(train.progress == nil)
        #expect(train.training.learningRate == 0.1)
        #expect(train.training.precision == .automatic)
        #expect(train.title == nil)
        #expect(train.notes.isEmpty)
    }

    @Test(arguments: [
        "train --data faces --epochs 5 --rate 1e-3",
        "train --data=faces --epochs=5 --rate=0.001",
        "train -d faces -e 5 --rate .001",
        "train -dfaces -e5 --rate 1E-3",
        "train -d=faces -e=5 --rate=+0.001",
    ])
    func spellingsAreEqual(line: String) throws {
        let train = try parse(line, as: Train.self)
        #expect(train.data.relativePath == "faces")
        #expect(train.epochs == 5)
        #expect(train.training.learningRate == 0.001)
    }

    @Test func everyTypeConverts() throws {
        let train = try parse(
            "train -d a --maximum-steps -7 --seed 18446744073709551615 --held-out 0.25 --size 112 "
                + "--images 5k --shuffle off --precision bfloat16 --margins 0.1,0.2,-3 "
                + "--levels 2,1",
            as: Train.self)
        #expect(train.maximumSteps == -7)
        #expect(train.seed == UInt64.max)
        #expect(train.heldOut == 0.25)
        #expect(train.size?.side == 112)
        #expect(train.images == 5000)
        #expect(!train.shuffle)
        #expect(train.training.precision == .bfloat16)
        #expect(train.margins == [0.1, 0.2, -3])
        #expect(train.levels == [.high, .low])
    }

    @Test func optionsOfAnArrayRepeat() throws {
        let train = try parse("train -d a --test x=1 --test=y=b=c", as: Train.self)
        #expect(train.test.map(\.name) == ["x", "y"])
        #expect(train.test.map(\.value.relativePath) == ["1", "b=c"])
        let margins = try parse("train -d a --margins 1,2 --margins 3", as: Train.self).margins
        #expect(margins == [1, 2, 3])
    }

    @Test func flagsTurnOnAndOff() throws {
        let train = try parse("train -d a -jq --no-flip --no-progress", as: Train.self)
        #expect(train.json)
        #expect(train.quiet)
        #expect(!train.flip)
        #expect(train.progress == false)
        let other = try parse("train -d a --no-json --flip --progress --progress", as: Train.self)
        #expect(!other.json)
        #expect(other.flip)
        #expect(other.progress == true)
        #expect(try parse("train -jqe3 -d a", as: Train.self).epochs == 3)
    }

    @Test func wordsGoByPosition() throws {
        let train = try parse("train first -d a second -- --third -- -j", as: Train.self)
        #expect(train.title == "first")
        #expect(train.notes == ["second", "--third", "--", "-j"])
        #expect(!train.json)
        let numbers = try parse("train -d - -5 -.5", as: Train.self)
        #expect(numbers.data.relativePath == "-")
        #expect(numbers.title == "-5")
        #expect(numbers.notes == ["-.5"])
        let copy = try parse("file copy a b c", as: Copy.self)
        #expect(copy.targets.map(\.relativePath) == ["b", "c"])
    }

    @Test func aParsedCommandMayCrossThreads() async throws {
        let train = try parse("train -d a -e 3", as: Train.self)
        #expect(await Task.detached { train.epochs }.value == 3)
    }

    @Test func declarationsOfTheSampleAreSound() {
        #expect(sample.declarationProblems.isEmpty)
    }

    @Test func mistakenDeclarationsAreFound() {
        struct Mistaken: Command {
            static let name = "mistaken"
            static let abstract = "Wrong."
            @Option("One.", short: "x") var one = 1
            @Option("", name: "one", short: "h") var two = 2
            @Argument("Maybe.") var maybe: String?
            @Argument("Must.") var must: String
            @Argument("All.") var all: [String]
            @Argument("Last.") var last: String?
            func run() {}
        }
        let program = Program(
            name: "p", version: "1", abstract: "P.",
            commands: [.command(Mistaken.self), .group("mistaken", "Twice.", [])])
        #expect(
            program.declarationProblems == [
                "p: the command mistaken is declared more than once.",
                "p mistaken: The name h is declared more than once.",
                "p mistaken: The name one is declared more than once.",
                "p mistaken: ALL takes all words, so none is left for LAST.",
                "p mistaken: MUST is required but MAYBE before it is not.",
                "p mistaken: --one has no help.",
            ])
    }

    @Test func onlyACommandLineCanBeDecoded() {
        let error = #expect(throws: CommandKitError.self) {
            try JSONDecoder().decode(Copy.self, from: Data(#"{"source":"a","targets":[]}"#.utf8))
        }
        #expect(error == .notParsed(property: "source"))
    }
}
