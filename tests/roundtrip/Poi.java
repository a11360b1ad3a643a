import java.io.FileInputStream;
import java.io.FileOutputStream;
import org.apache.poi.xssf.usermodel.XSSFWorkbook;

/** Reads workbooks and saves each again under the other name: java Poi.java IN OUT [IN OUT…] */
public class Poi {
    public static void main(String[] names) throws Exception {
        for (int at = 0; at < names.length; at += 2) {
            try (var in = new FileInputStream(names[at]);
                    var book = new XSSFWorkbook(in);
                    var out = new FileOutputStream(names[at + 1])) {
                for (var sheet : book) {
                    for (var row : sheet) {
                        for (var cell : row) {
                            switch (cell.getCellType()) { // as somebody who types it again would
                                case STRING -> cell.setCellValue(cell.getStringCellValue());
                                case NUMERIC -> cell.setCellValue(cell.getNumericCellValue());
                                default -> { }
                            }
                        }
                    }
                }
                book.write(out);
            }
        }
    }
}
