import Documents
import FaceRuns

/// What others report on LFW: context, drawn apart from the study's own figures.
enum PublishedSection {
    /// A published accuracy on LFW.
    private struct Row {
        let source: String
        let network: String
        let trained: String
        let loss: String
        let accuracy: String
    }

    /// Read from the projects' own README files.
    private static let rows = [
        Row(
            source: "wy1iu/sphereface, five repeats", network: "SphereFace-20",
            trained: "CASIA-WebFace", loss: "A-Softmax",
            accuracy: "99.13 to 99.30"),
        Row(
            source: "ItchyHiker/Face_Recognition_Projects", network: "SE-ResNet18",
            trained: "CASIA-WebFace", loss: "softmax", accuracy: "96.55"),
        Row(
            source: "ItchyHiker/Face_Recognition_Projects", network: "SE-ResNet18",
            trained: "CASIA-WebFace", loss: "A-Softmax", accuracy: "98.50"),
        Row(
            source: "ItchyHiker/Face_Recognition_Projects", network: "SE-ResNet18",
            trained: "CASIA-WebFace", loss: "AM-Softmax", accuracy: "98.88"),
        Row(
            source: "ItchyHiker/Face_Recognition_Projects", network: "SE-ResNet18",
            trained: "CASIA-WebFace", loss: "ArcFace", accuracy: "98.72"),
        Row(
            source: "leondgarse/Keras_insightface", network: "ResNet34",
            trained: "CASIA-WebFace", loss: "ArcFace", accuracy: "99.42"),
        Row(
            source: "leondgarse/Keras_insightface", network: "MobileNetV1, 256",
            trained: "MS-Celeb-1M", loss: "several in turn, then ArcFace", accuracy: "99.60"),
    ]

    /// The section, where the first test set is LFW: of that name, with its 6,000 pairs.
    static func section(_ results: StudyResults) -> Section? {
        guard let test = results.testSets.first, test.pairs == 6000,
            test.name.lowercased().hasPrefix("lfw")
        else { return nil }
        return Section("published", "What others report on LFW", [.paragraph(text), .table(table)])
    }

    private static let text: RichText = """
        These figures are not results of this study and are not comparable with its tables: each has its \
        own data, alignment, schedule, test protocol and choice of epoch, and most are single \
        runs. One pair of LFW is 0.017 points; the five repeats of one configuration span 0.17.
        """

    private static var table: Table {
        Table(
            caption: "Accuracy on LFW in percent as the projects state it.",
            columns: [
                .words("Source"), .words("Network"), .words("Trained on"), .words("Loss"),
                .numbers("LFW, %"),
            ],
            rows: rows.map { row in
                [row.source, row.network, row.trained, row.loss, row.accuracy].map {
                    Table.Entry($0)
                }
            })
    }
}
