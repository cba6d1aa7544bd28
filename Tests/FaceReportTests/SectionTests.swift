import Documents
import FaceReport
import FaceRuns
import Testing

@Suite("Sections are drawn apart from each other")
struct SectionTests {
    @Test("A section that cannot be drawn leaves a sentence that names the run")
    func fault() throws {
        let plan = [
            PlannedSection("a", "First") { Section("a", "First", [.paragraph("one")]) },
            PlannedSection("b", "Second") {
                throw SectionError(run: "softmax-1", reason: "its scores are of no pairs")
            },
            PlannedSection("c", "Third") { nil },
            PlannedSection("d", "Fourth") {
                throw FaceRunsError.missingFile(path: "x")
            },
            PlannedSection("e", "Fifth") { Section("e", "Fifth", [.paragraph("five")]) },
        ]
        let sections = plan.compactMap { $0.drawn() }
        #expect(sections.map(\.anchor) == ["a", "b", "d", "e"])
        #expect(sections.map(\.title) == ["First", "Second", "Fourth", "Fifth"])
        #expect(
            sections[0].blocks == [.paragraph("one")] && sections[3].blocks == [.paragraph("five")])
        #expect(
            sections[1].blocks == [
                .caveats([
                    "This section could not be drawn: \("run softmax-1: its scores are of no pairs.")"
                ])
            ])
        let page = HTMLPage(
            Document(title: "t", subtitle: "s", sections: sections, colophon: "c")
        ).text
        #expect(page.contains("could not be drawn: &#39;x&#39; is missing"))
        #expect(page.contains("<p>one</p>") && page.contains("<p>five</p>"))
    }

    @Test("The report draws the sections that it plans, under their own names")
    func names() throws {
        try inTemporaryFolder { folder throws in
            try SampleStudy(seeds: [1, 2], pairs: 60, epochs: 3).write(to: folder)
            let results = try StudyResults(reading: StudyFolder(folder))
            let plan = Document.plan(results, StudyStatistics(results), nil)
            #expect(Set(plan.map(\.anchor)).count == plan.count)
            var drawn = 0
            for planned in plan {
                guard let section = planned.drawn() else { continue }
                drawn += 1
                #expect(section.anchor == planned.anchor && section.title == planned.title)
                #expect(!section.blocks.isEmpty)
            }
            #expect(drawn >= 16)
        }
    }
}
