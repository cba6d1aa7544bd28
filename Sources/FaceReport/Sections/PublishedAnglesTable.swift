import Charts
import Documents

extension PublishedAngles {
    /// The table beside the geometry of a study's embeddings.
    static var table: Table {
        Table(
            caption: """
                For comparison, mean angles in degrees that the ArcFace paper (CVPR 2019, Table 3) \
                reports of IResNet-50 on CASIA-WebFace. They are of other quantities than those above: \
                centres are mean embeddings of all images of a person, and no single pairs.
                """,
            columns: [.words("Angle")] + losses.map { Table.Column.numbers($0) },
            rows: arcFace.map { row in
                [Table.Entry(row.quantity)]
                    + row.degrees.map { $0.map { Table.Entry(Format.fixed($0, 2)) } ?? .missing }
            })
    }
}
