import Charts
import Documents

extension PublishedAngles {
    /// A table of published angles, for comparison with the geometry of a study's embeddings.
    static var table: Table {
        Table(
            caption: """
                For comparison, mean angles in degrees that the ArcFace paper (CVPR 2019, Table 3) \
                reports for IResNet-50 on CASIA-WebFace. The quantities differ from those above: angles \
                are to centres, the mean embeddings of all images of a person, not between single images.
                """,
            columns: [.words("Angle")] + losses.map { Table.Column.numbers($0) },
            rows: arcFace.map { row in
                [Table.Entry(row.quantity)]
                    + row.degrees.map { $0.map { Table.Entry(Format.fixed($0, 2)) } ?? .missing }
            })
    }
}
