// Reads workbooks and saves each again under the other name: node exceljs.cjs IN OUT [IN OUT…]
const ExcelJS = require("exceljs");

async function main(names) {
  for (let at = 0; at < names.length; at += 2) {
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(names[at]);
    await book.xlsx.writeFile(names[at + 1]);
  }
}

main(process.argv.slice(2)).catch((cause) => {
  console.error(cause);
  process.exit(1);
});
