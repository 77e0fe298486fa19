import * as vscode from "vscode";

/** The worst error or warning that touches a range of a file, `undefined` when there is none. */
export function problemAt(uri: vscode.Uri, at: vscode.Range): vscode.Diagnostic | undefined {
  return vscode.languages
    .getDiagnostics(uri)
    .filter(({ range, severity }) => isTold(severity) && range.intersection(at) !== undefined)
    .toSorted((a, b) => a.severity - b.severity)[0];
}

function isTold(severity: vscode.DiagnosticSeverity): boolean {
  return (
    severity === vscode.DiagnosticSeverity.Error || severity === vscode.DiagnosticSeverity.Warning
  );
}
