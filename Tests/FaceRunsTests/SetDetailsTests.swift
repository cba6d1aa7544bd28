import FaceEvaluation
import FaceRuns
import Foundation
import SafeFiles
import Testing

/// `details/<test>.json`: error rates by groups of people, and error against rejection.
@Suite("Details of a run's test set")
struct SetDetailsTests {
    /// The row of a group with all that a row can have.
    private static let row = [
        "groups": #"["x", "x"]"#, "people": "2", "genuine": "4", "impostor": "8", "fnmr": "0.25",
        "fnmrInterval": "[0, 0.5]", "fmr": "0.125", "fmrInterval": "[0, 1]",
        "toBest": "[0.25, -0.5, 1]",
        "fnmrReplicates": #"{"estimate": 0.25, "draws": [0, 1], "withoutGroups": [], "people": 2}"#,
        "fmrReplicates": #"{"estimate": 0, "draws": [], "withoutGroups": [0.5], "people": 0}"#,
    ]

    private static let curve = [
        "points": #"[{"rejected": 0, "fnmr": 0.5}, {"rejected": 0.5, "fnmr": 1}]"#,
        "excessArea": "0.125", "limit": "0.5", "pairs": "10",
    ]

    private static func object(_ members: [String: String]) -> String {
        "{" + members.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
    }

    /// The file of a test set `t` with one group and one curve.
    private static func text(
        row: [String: String] = [:], curve: [String: String] = [:], far: String = "0.001"
    ) -> String {
        let row = Self.row.merging(row) { $1 }
        let curve = Self.curve.merging(curve) { $1 }
        return """
            {"name": "t", "annotations": "ab cd", "warnings": ["w"],
             "groups": [{"attribute": "colour", "fmr": 0.001, "threshold": 0.3,
                         "rows": [\(object(row))]}],
             "errorReject": [{"quality": "blur", "far": \(far), "curve": \(object(curve))}]}
            """
    }

    /// What is wrong with a file, without the file's name; nil where nothing is.
    private func fault(_ text: String) throws -> String? {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            let url = run.detailsURL(test: "t")
            try AtomicFile.write(text, to: url)
            do throws(FaceRunsError) {
                _ = try run.readDetails(test: "t")
                return nil
            } catch {
                guard case .damagedFile(url.path, nil, let reason) = error else { throw error }
                return reason
            }
        }
    }

    @Test("are read as they were written, from a file inside the run's folder")
    func roundTrip() throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            #expect(run.detailsURL(test: "a/b.c").path == folder.path + "/details/a%2Fb.c.json")
            #expect(try run.readDetails(test: "t") == nil)
            let details = try JSONDecoder().decode(SetDetails.self, from: Data(Self.text().utf8))
            try run.write(details)
            let read = try #require(try run.readDetails(test: "t"))
            #expect(read == details && read.name == "t" && read.annotations == "ab cd")
            let row = try #require(read.groups.first?.rows.first)
            #expect(row.title == "x" && row.fnmr == 0.25 && row.toBest == [0.25, -0.5, 1])
            #expect(row.fnmrReplicates?.draws == [0, 1] && row.fmrReplicates?.people == 0)
            #expect(read.errorReject.first?.curve.points.map(\.fnmr) == [0.5, 1])
            #expect(try run.readDetails(test: "other") == nil)
        }
    }

    @Test(
        "may lack what a row does not have, and reach the ends of the ranges",
        arguments: [
            [
                "fnmr": "null", "fnmrInterval": "null", "fnmrReplicates": "null",
                "toBest": "null",
            ],
            ["fmr": "null", "fmrInterval": "null", "fmrReplicates": "null"],
            ["groups": #"["x", "y"]"#, "people": "0", "genuine": "0", "impostor": "0"],
            ["fnmr": "0", "fmr": "1", "toBest": "[-2, 0, 2]"],
        ])
    func sound(row: [String: String]) throws {
        #expect(try fault(Self.text(row: row)) == nil)
    }

    @Test(
        "are refused where a row has impossible rates",
        arguments: [
            ["people": "-1"], ["genuine": "-1"], ["impostor": "-1"],
            ["fnmr": "1.5"], ["fnmr": "-0.5"], ["fmr": "1.5"],
            ["fnmrInterval": "[0, 1.5]"], ["fmrInterval": "[-0.5, 1]"],
            ["fnmrInterval": "[0]"], ["fnmrInterval": "[0, 0.5, 1]"], ["fmrInterval": "[]"],
            ["toBest": "[0, 1]"], ["toBest": "[0, 0, 0, 0]"], ["toBest": "[0, 0, 2.5]"],
            ["toBest": "[-2.5, 0, 0]"],
            [
                "fnmrReplicates":
                    #"{"estimate": 2, "draws": [], "withoutGroups": [], "people": 1}"#
            ],
            [
                "fmrReplicates":
                    #"{"estimate": 0, "draws": [-1], "withoutGroups": [], "people": 1}"#
            ],
        ])
    func row(change: [String: String]) throws {
        let reason = try fault(Self.text(row: change))
        #expect(reason == "the rates of 'x x' are not fractions")
    }

    @Test(
        "are refused where a row is not about two groups",
        arguments: [("[]", ""), (#"["x"]"#, "x"), (#"["x", "y", "z"]"#, "x y z")])
    func groups(list: String, names: String) throws {
        let reason = try fault(Self.text(row: ["groups": list]))
        #expect(reason == "the rates of '\(names)' are not fractions")
    }

    @Test("accept curves of former versions, which say no number of pairs and round rates up")
    func formerCurves() throws {
        #expect(try fault(Self.text(curve: ["pairs": "null"])) == nil)
        #expect(try fault(Self.text(curve: ["pairs": "1"], far: "1")) == nil)
        let points = #"[{"rejected": 0, "fnmr": 1.0000000000000002}]"#
        #expect(try fault(Self.text(curve: ["points": points])) == nil)
    }

    @Test(
        "are refused where a curve has impossible values",
        arguments: [
            (["points": "[]"], "0"), (["pairs": "0"], "0"), (["pairs": "-3"], "0"),
            (["points": #"[{"rejected": 0, "fnmr": 1.5}]"#], "0"),
            (["points": #"[{"rejected": -0.5, "fnmr": 1}]"#], "0"),
            (["points": #"[{"rejected": 0, "fnmr": 0}, {"rejected": 2, "fnmr": 0}]"#], "0"),
            ([:], "1.5"), ([:], "-0.001"),
        ] as [([String: String], String)])
    func curve(change: [String: String], far: String) throws {
        let reason = try fault(Self.text(curve: change, far: far))
        #expect(reason == "the curve by 'blur' has values that are not fractions")
    }
}
