//! `GET /api/v1/employees/{id}`

use axum::extract::State;
use carillon_domain::employee;
use carillon_store::{CampaignQuery, Overview};

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::EmployeeId;
use crate::model::{Employee, EmployeeUse, ScriptStep, TemplateVariable};
use crate::problem::Problem;
use crate::state::AppState;

/// An AI employee
///
/// Name, greeting, script, and the campaigns that use it.
#[utoipa::path(
    get,
    path = "/api/v1/employees/{id}",
    tag = "employees",
    params(("id" = EmployeeId, Path, description = "The employee.")),
    responses((status = 200, description = "Done.", body = Employee))
)]
pub async fn employee_show(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<EmployeeId>,
) -> Result<Json<Employee>, Problem> {
    let found = state.store.employee_newest(user.workspace, id.0).await?;
    let stored = found.ok_or_else(|| Problem::not_found("AI employee"))?;
    let query =
        CampaignQuery { employee: Some(id.0), descending: true, page: 1, per_page: 50, ..CampaignQuery::default() };
    let (campaigns, _) = state.store.campaigns_page(user.workspace, &query).await?;
    let used = |o: Overview| EmployeeUse {
        id: o.campaign.id.into(),
        name: o.campaign.name,
        status: o.campaign.state.status().into(),
        version: o.campaign.employee.version,
    };
    let version = stored.version.version;
    Ok(Json(Employee {
        id,
        version,
        latest_version: version,
        script: script(&stored.employee),
        variables: variables(&stored.employee),
        name: stored.employee.name,
        language: stored.employee.language,
        greeting: stored.employee.greeting,
        created_at: stored.created_at.into(),
        used_by: campaigns.into_iter().map(used).collect(),
    }))
}

/// The steps of a scripted employee.
fn script(e: &employee::Employee) -> Vec<ScriptStep> {
    let step = |when: String, says: Option<&str>| ScriptStep { when, says: says.map(str::to_owned) };
    let seconds = f64::from(e.listen_ms) / 1000.0;
    vec![
        step("When the call is answered".to_owned(), Some(&e.greeting)),
        step(format!("Then it listens for up to {seconds} seconds"), None),
        step("When the person has spoken and fallen silent".to_owned(), Some(&e.closing)),
        step("When nobody spoke".to_owned(), Some(&e.closing_silent)),
    ]
}

fn variables(e: &employee::Employee) -> Vec<TemplateVariable> {
    let texts = match e.texts() {
        Ok(texts) => texts,
        Err(error) => {
            tracing::warn!(%error, "a stored text of an employee can't be read");
            return Vec::new();
        }
    };
    let mut found: Vec<TemplateVariable> = Vec::new();
    for (name, default) in texts.iter().flat_map(carillon_domain::template::Template::defaults) {
        if !found.iter().any(|known| known.name == name) {
            found.push(TemplateVariable { name: name.to_owned(), default: default.map(str::to_owned) });
        }
    }
    found
}
