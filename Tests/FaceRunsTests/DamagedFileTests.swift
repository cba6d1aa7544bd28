import FaceRuns
import Foundation
import SafeFiles
import Testing

@Suite struct DamagedFileTests {
    @Test func refusesAnotherFormat() throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            try AtomicFile.write("{\"format\": 2, \"new\": true}", to: run.descriptionURL)
            #expect(
                throws: FaceRunsError.unknownFormat(
                    path: run.descriptionURL.path, format: 2, supported: 1)
            ) { try run.readDescription() }
        }
    }

    @Test(arguments: [
        ("", "not valid JSON"),
        ("{\"format\":\"1\"}", "'format' has the wrong type"),
        ("{}", "'format' is missing"),
        ("[]", "it is not an object, with its keys in braces"),
        ("null", "it is not an object, with its keys in braces"),
    ])
    func saysWhatIsWrongWithADescription(text: String, reason: String) throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            try AtomicFile.write(text, to: run.descriptionURL)
            let expected = FaceRunsError.damagedFile(
                path: run.descriptionURL.path, line: nil, reason: reason)
            #expect(throws: expected) { try run.readDescription() }
        }
    }

    /// The decoder calls a text with such a number invalid as a whole.
    @Test(arguments: ["-1", "18446744073709551616", "1.5"])
    func numbersOutOfRangeAreNotBadJSON(seed: String) throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            try run.write(Samples.description)
            let text = try String(contentsOf: run.descriptionURL, encoding: .utf8)
            let changed = text.replacing(/"seed" ?: ?\d+/, with: "\"seed\": \(seed)")
            try #require(changed != text)
            try AtomicFile.write(changed, to: run.descriptionURL)
            let expected = FaceRunsError.damagedFile(
                path: run.descriptionURL.path, line: nil,
                reason: "a number in it is out of range, or not a whole one")
            #expect(throws: expected) { try run.readDescription() }
        }
    }

    @Test func refusesAGeometryThatIsNone() throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            let path = run.geometryURL.path
            var geometry = Samples.geometry
            geometry.training.norm?.quantiles = [1]
            try run.write(geometry)
            let quantiles = FaceRunsError.damagedFile(
                path: path, line: nil, reason: "a quantity does not have five quantiles")
            #expect(throws: quantiles) { try run.readGeometry() }
            geometry = Samples.geometry
            geometry.map?.identities[0].x = []
            try run.write(geometry)
            let indices = FaceRunsError.damagedFile(
                path: path, line: nil, reason: "the map's coordinates are not pairs")
            #expect(throws: indices) { try run.readGeometry() }
            try AtomicFile.write("{\"format\": 9}", to: run.geometryURL)
            let format = FaceRunsError.unknownFormat(path: path, format: 9, supported: 1)
            #expect(throws: format) { try run.readGeometry() }
        }
    }

    @Test func refusesAStatusThatIsNone() throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            try run.write(Samples.result)
            let text = try String(contentsOf: run.resultURL, encoding: .utf8)
            try AtomicFile.write(
                text.replacingOccurrences(of: "finished", with: "done"), to: run.resultURL)
            #expect(
                throws: FaceRunsError.damagedFile(
                    path: run.resultURL.path, line: nil,
                    reason: "'status' has an invalid value")
            ) { try run.readResult() }
        }
    }

    @Test(arguments: [
        ("", 1, "the header is not 'fold,same,distance,first,second'"),
        ("fold,same\n", 1, "the header is not 'fold,same,distance,first,second'"),
        ("HEAD0,1,0.5,a\n", 2, "not the score of a pair"),
        ("HEAD0,1,0.5,a,b\n-1,1,0.5,a,b\n", 3, "not the score of a pair"),
        ("HEAD0,2,0.5,a,b\n", 2, "not the score of a pair"),
        ("HEAD0,1,nan,a,b\n", 2, "not the score of a pair"),
        ("HEAD0,1,0.5,\"a,b\n", 3, "unterminated quoted field"),
    ])
    func namesTheDamagedScore(text: String, line: Int, reason: String) throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            let url = run.scoresURL(test: "t")
            let header = "fold,same,distance,first,second\n"
            try AtomicFile.write(text.replacingOccurrences(of: "HEAD", with: header), to: url)
            #expect(
                throws: FaceRunsError.damagedFile(path: url.path, line: line, reason: reason)
            ) { try run.readScores(test: "t") }
        }
    }

    @Test func hasOneSentenceAnError() {
        let table: [(FaceRunsError, String)] = [
            (
                .damagedFile(path: "m", line: 3, reason: "not valid JSON"),
                "'m', line 3: not valid JSON; delete the run's folder to repeat the run"
            ),
            (
                .damagedFile(path: "m", line: nil, reason: "'a' is missing"),
                "'m': 'a' is missing; delete the run's folder to repeat the run"
            ),
            (
                .missingFile(path: "r/run.json"),
                "'r/run.json' is missing; is this the folder of a run?"
            ),
            (
                .nonFiniteNumber(path: "m", field: "loss"),
                "cannot write 'm': 'loss' is NaN or infinite"
            ),
            (
                .tooFewLines(path: "m", lines: 2, wanted: 3),
                "'m' has 2 complete lines, but the checkpoint needs 3; delete the run's "
                    + "folder to repeat the run"
            ),
            (
                .unknownFormat(path: "r", format: 2, supported: 1),
                "'r' was written in format 2, but this version reads format 1; use the version "
                    + "of Facet that wrote the run"
            ),
            (.unreadable(path: "r", reason: "why"), "cannot read 'r': why"),
            (.unwritable(path: "r", reason: "why"), "cannot write 'r': why"),
        ]
        for (error, sentence) in table { #expect(error.description == sentence) }
    }
}
