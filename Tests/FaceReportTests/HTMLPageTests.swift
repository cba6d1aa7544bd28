import FaceReport
import FaceConfiguration
import FaceRuns
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct HTMLPageTests {
    private static let hostile = "</style><script src=\"https://evil.example/x.js\">alert('1')&amp;"

    private func page(_ edit: @escaping (inout RunDescription) -> Void = { _ in }) throws -> String
    {
        try inTemporaryFolder { folder throws in
            var sample = SampleStudy(
                pairs: 60, epochs: 4, failed: ["resnet50 casia arcface 1"],
                unfinished: ["mobilenetv1 ms1m marginal 1": 2])
            sample.edit = edit
            try sample.write(to: folder)
            return try Report(study: folder).render().html
        }
    }

    @Test func isWellFormedAndRefersToItself() throws {
        let elements = try Elements(page())
        #expect(elements.names.contains("svg"))
        let identifiers = elements.attributes("id")
        #expect(Set(identifiers).count == identifiers.count)
        for reference in elements.attributes("aria-labelledby").flatMap({ $0.split(separator: " ") }
        ) {
            #expect(identifiers.contains(String(reference)), "\(reference)")
        }
        for link in elements.attributes("href") {
            #expect(link.hasPrefix("#"))
            #expect(identifiers.contains(String(link.dropFirst())), "\(link)")
        }
    }

    @Test func needsNothingButItself() throws {
        let html = try page()
        let elements = try Elements(html)
        for name in ["link", "img", "image", "iframe", "object", "use"] {
            #expect(!elements.names.contains(name))
        }
        #expect(elements.attributes("src").isEmpty)
        #expect(html.components(separatedBy: "<script").count == 2)
        #expect(html.contains("<script>\(Report.pageScript)</script>"))
        let style = html.components(separatedBy: "</style>")[0]
        #expect(!style.contains("url(") && !style.contains("@import"))
        let addresses = html.components(separatedBy: "http").dropFirst().map {
            "http" + $0.prefix(30)
        }
        #expect(addresses.allSatisfy { $0.hasPrefix("http://www.w3.org/") })
        #expect(html.contains("prefers-color-scheme:dark"))
    }

    @Test func escapesEveryName() throws {
        let hostile = Self.hostile
        let html = try page { description in
            description.identity.loss += hostile
            description.identity.backbone += hostile
            description.identity.trainSet += hostile
            description.identity.sampler += hostile
            description.lossTitle += hostile
            description.backbone.title += hostile
            description.command += hostile
            description.configuration = .object([hostile: .string(hostile)])
            description.train.skipped = [hostile]
            description.train.warnings = [hostile]
            description.tests[0].name += hostile
            description.tests[0].warnings = [hostile]
        }
        _ = try Elements(html)
        #expect(html.components(separatedBy: "<script").count == 2)
        #expect(html.components(separatedBy: "</script>").count == 2)
        #expect(html.components(separatedBy: "</style>").count == 2)
        #expect(html.contains("&lt;script src=&quot;"))
    }

    @Test(
        "Headings skip no level, tables that scroll have a name, and a link leads past the contents"
    )
    func isAccessible() throws {
        let html = try page()
        let levels = html.matches(of: /<h([1-6])[ >]/).compactMap { Int($0.1) }
        #expect(levels.first == 1 && levels.count { $0 == 1 } == 1)
        for (before, level) in zip(levels, levels.dropFirst()) {
            #expect(level <= before + 1)
        }
        let regions = html.matches(of: /<div class="scroll"[^>]*>/).map { String($0.0) }
        #expect(regions.count > 5)
        for region in regions {
            // Captions of a figure's numbers repeat; what opens them has the figure's number.
            #expect(
                region.contains("role=\"region\" aria-labelledby=\"table-")
                    || region.contains(/role="region" aria-labelledby="figure-\d+-numbers"/),
                "\(region)")
        }
        let link = try #require(html.range(of: "<a class=\"skip\" href=\"#content\">"))
        let main = try #require(html.range(of: "<main id=\"content\""))
        #expect(link.upperBound < main.lowerBound)
        #expect(html[html.startIndex..<link.lowerBound].hasSuffix("<body>"))
    }

    @Test("Absolute paths stay with whoever made the report")
    func hidesPaths() throws {
        try inTemporaryFolder { folder throws in
            var sample = SampleStudy(pairs: 60, epochs: 4)
            let secret = "/home/ann lee/secret"
            sample.edit = { description in
                description.configuration = .object([
                    "train": .array([.object(["images": .string("\(secret)/faces here")])]),
                    "other": .string("C:\\Users\\secret\\x"),
                ])
                description.command =
                    "facet train --train 'a=\(secret)/faces here' --test b=/home/secret/b,/home/secret/p.txt"
                description.train.warnings = ["\(secret)/faces here: 2 images of 3/4 are odd."]
                description.train.skipped = ["/home/secret/faces/a/1.jpg"]
                description.tests[0].warnings = ["'/home/secret/b c/x': as odd; see https://a.b/c."]
            }
            try sample.write(to: folder)
            let study = StudyFolder(folder)
            let run = try #require(try study.runs().first)
            try Data("{".utf8).write(to: run.resultURL)
            let report = try Report(study: folder).render()
            for text in [report.html, report.markdown, report.csv, report.answer.text] {
                #expect(!text.contains("secret") && !text.contains("ann lee"))
                #expect(!text.contains(folder.path))
            }
            #expect(report.markdown.contains("a=…/faces here"))
            #expect(report.markdown.contains("b=…/b,…/p.txt"))
            #expect(report.markdown.contains("2 images of 3/4 are odd"))
            #expect(report.markdown.contains("https://a.b/c"))
            #expect(report.markdown.contains("runs/"))
        }
    }

    @Test func describesEveryDrawing() throws {
        let html = try page()
        let drawings = html.components(separatedBy: "role=\"img\"").count - 1
        #expect(drawings > 20)
        #expect(html.components(separatedBy: "<desc id=").count - 1 == drawings)
    }
}

/// The elements of a page as an XML parser sees them.
private final class Elements: NSObject, XMLParserDelegate {
    private(set) var names: Set<String> = []
    private var values: [String: [String]] = [:]

    init(_ html: String) throws {
        super.init()
        let parser = XMLParser(data: Data(html.utf8))
        parser.delegate = self
        #expect(
            parser.parse(), "line \(parser.lineNumber): \(String(describing: parser.parserError))")
    }

    func attributes(_ name: String) -> [String] { values[name] ?? [] }

    func parser(
        _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
        qualifiedName qName: String?, attributes attributeDict: [String: String]
    ) {
        names.insert(elementName)
        for (name, value) in attributeDict { values[name, default: []].append(value) }
    }
}
