import FaceReport
import FaceRuns
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct PaperOutputTests {
    private func files(
        _ body: ([String: String]) throws -> Void
    ) throws {
        try inTemporaryFolder { folder throws in
            var sample = SampleStudy(seeds: [1, 2], pairs: 100, epochs: 3)
            sample.edit = { description in
                if description.identity.loss == "arcface" {
                    description.lossTitle = "Arc_Face 100% & {more} \\ #1"
                }
            }
            try sample.write(to: folder)
            let urls = try Report(study: folder).writeForPapers()
            let texts = try urls.map { url in
                (url.lastPathComponent, try String(contentsOf: url, encoding: .utf8))
            }
            try body(Dictionary(texts, uniquingKeysWith: { a, _ in a }))
        }
    }

    @Test func writesTablesThatLaTeXReads() throws {
        try files { files in
            let text = try #require(files["tables.tex"])
            let count = { (piece: String) in text.components(separatedBy: piece).count - 1 }
            #expect(count("\\begin{table}") == count("\\end{table}"))
            #expect(count("\\begin{table}") >= 8)
            for rule in ["\\toprule", "\\bottomrule", "\\caption{", "\\begin{tabular}"] {
                #expect(count(rule) == count("\\begin{table}"), "\(rule)")
            }
            #expect(text.contains("Arc\\_Face 100\\% \\& \\{more\\} \\textbackslash{} \\#1"))
            // Outside of commands, a row has as many cells as its table has columns.
            for table in text.components(separatedBy: "\\begin{tabular}{").dropFirst() {
                let columns = table.prefix { $0 != "}" }.count
                let rows = table.components(separatedBy: "\n").filter {
                    $0.hasSuffix("\\\\") && !$0.contains("\\multicolumn")
                }
                for row in rows {
                    let cells = row.replacingOccurrences(of: "\\&", with: "")
                        .components(separatedBy: " & ").count
                    #expect(cells == columns, "\(row)")
                }
            }
        }
    }

    private static let latex = ["/usr/bin/pdflatex", "/usr/local/bin/pdflatex"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test(.enabled(if: latex != nil, "pdflatex is not installed."))
    func pdfLaTeXSetsTheTablesWithinTheText() throws {
        try files { files in
            try inTemporaryFolder { folder throws in
                let document = #"""
                    \documentclass{article}
                    \usepackage[utf8]{inputenc}
                    \usepackage{booktabs,graphicx}
                    \begin{document}\input{tables.tex}\end{document}
                    """#
                let names = ["tables.tex": try #require(files["tables.tex"]), "a.tex": document]
                for (name, text) in names {
                    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
                }
                let process = Process()
                process.executableURL = URL(fileURLWithPath: try #require(Self.latex))
                process.arguments = ["-halt-on-error", "-interaction=batchmode", "a.tex"]
                process.currentDirectoryURL = folder
                process.standardOutput = FileHandle.nullDevice
                process.standardError = FileHandle.nullDevice
                try process.run()
                process.waitUntilExit()
                let log = try String(
                    decoding: Data(contentsOf: folder.appendingPathComponent("a.log")),
                    as: UTF8.self)
                let faults = log.components(separatedBy: "\n").filter { $0.hasPrefix("!") }
                #expect(process.terminationStatus == 0, "\(faults)")
                #expect(!log.contains("Overfull \\hbox"))
            }
        }
    }

    @Test func writesDrawingsThatStandAlone() throws {
        try files { files in
            let drawings = files.filter { $0.key.hasSuffix(".svg") }
            #expect(drawings.count > 20)
            for (name, text) in drawings {
                #expect(XMLParser(data: Data(text.utf8)).parse(), "\(name)")
                #expect(text.contains("<style>") && !text.contains("var(--"), "\(name)")
                #expect(text.contains("xmlns=\"http://www.w3.org/2000/svg\""), "\(name)")
                #expect(text.contains("width=\"100%\" height=\"100%\" fill=\"#ffffff\""), "\(name)")
            }
            let style = try #require(drawings.first?.value)
            #expect(style.contains(".series.c1{"))
            #expect(style.contains("stroke:#0072b2"))
        }
    }
}
